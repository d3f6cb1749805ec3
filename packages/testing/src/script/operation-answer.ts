import type { TranscriptSegment, Usage, Warning } from '@majordomo/core';

/** Operation of a fake or a server other than chats and images. */
export type OperationName = 'embedding' | 'transcription' | 'speech';

interface OperationTurn {
  /** Time before the response, in milliseconds on the provider's clock. */
  readonly delayMs?: number | undefined;
  readonly usage?: Usage | undefined;
  /** Warnings of the response, for fakes only. */
  readonly warnings?: readonly Warning[] | undefined;
}

/** Response of an embedding model. The number of vectors may differ from the number of values. */
export interface VectorsTurn extends OperationTurn {
  readonly vectors: readonly (Float32Array | readonly number[])[];
}

/** Response of a transcription model. */
export interface TranscriptTurn extends OperationTurn {
  readonly transcript: string;
  /** BCP 47 tag. */
  readonly language?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly segments?: readonly TranscriptSegment[] | undefined;
}

/** Response of a speech model. */
export interface AudioTurn extends OperationTurn {
  /** Audio, complete or in chunks. */
  readonly audio: Uint8Array | readonly Uint8Array[];
  /** `@default 'audio/mpeg'` */
  readonly mediaType?: string | undefined;
  /** Time between two chunks, in milliseconds on the provider's clock. */
  readonly everyMs?: number | undefined;
}

/** Response of an operation other than a chat. */
export type OperationAnswer = VectorsTurn | TranscriptTurn | AudioTurn;
