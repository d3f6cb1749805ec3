import type { TranscriptSegment, Usage, Warning } from '@majordomo/core';

/** What a fake or a server can do besides chats and pictures. */
export type OperationName = 'embedding' | 'transcription' | 'speech';

interface OperationTurn {
  /** Before anything happens, in ms on the provider's clock. */
  readonly delayMs?: number | undefined;
  readonly usage?: Usage | undefined;
  /** Played by fakes alone. */
  readonly warnings?: readonly Warning[] | undefined;
}

/** What an embedding model gives: sent as it is, also where it is not one vector for each value. */
export interface VectorsTurn extends OperationTurn {
  readonly vectors: readonly (Float32Array | readonly number[])[];
}

/** What a transcription model heard. */
export interface TranscriptTurn extends OperationTurn {
  readonly transcript: string;
  /** As BCP 47. */
  readonly language?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly segments?: readonly TranscriptSegment[] | undefined;
}

/** What a speech model says. */
export interface AudioTurn extends OperationTurn {
  /** The bytes, or the pieces that they come in. */
  readonly audio: Uint8Array | readonly Uint8Array[];
  /** Default `audio/mpeg`. */
  readonly mediaType?: string | undefined;
  /** Between two pieces, in ms on the provider's clock. */
  readonly everyMs?: number | undefined;
}

/** An answer of one of the operations beside chat. */
export type OperationAnswer = VectorsTurn | TranscriptTurn | AudioTurn;
