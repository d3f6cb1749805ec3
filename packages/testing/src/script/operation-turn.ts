import type {
  EmbeddingRequest,
  SpeechRequest,
  TranscriptionRequest,
  TranscriptSegment,
  Usage,
  Warning,
} from '@majordomo/core';
import type { FailTurn, HangTurn } from './turn.ts';

interface Told {
  /** Before anything happens, in ms on the provider's clock. */
  readonly delayMs?: number | undefined;
  readonly usage?: Usage | undefined;
  /** Played by fakes alone. */
  readonly warnings?: readonly Warning[] | undefined;
}

/** What an embedding model gives: sent as it is, also where it is not one vector for each value. */
export interface VectorsTurn extends Told {
  readonly vectors: readonly (Float32Array | readonly number[])[];
}

/** What a transcription model heard. */
export interface TranscriptTurn extends Told {
  readonly transcript: string;
  /** As BCP 47. */
  readonly language?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly segments?: readonly TranscriptSegment[] | undefined;
}

/** What a speech model says. */
export interface SoundTurn extends Told {
  /** The bytes, or the pieces that they come in. */
  readonly audio: Uint8Array | readonly Uint8Array[];
  /** Default `audio/mpeg`. */
  readonly mediaType?: string | undefined;
  /** Between two pieces, in ms on the provider's clock. */
  readonly everyMs?: number | undefined;
}

/** An answer of one of the operations beside chat. */
export type OperationAnswer = VectorsTurn | TranscriptTurn | SoundTurn;

/** A failure of an operation that is answered in one piece. */
export type OperationFail = Omit<FailTurn, 'after'>;
/** Silence of such an operation, until the call is aborted. */
export type OperationHang = Omit<HangTurn, 'after'>;

/** What a fake embedding model does with one call, of the values of one request. */
export type EmbeddingTurn =
  VectorsTurn | OperationFail | OperationHang | ((request: EmbeddingRequest) => EmbeddingTurn);

/** What a fake transcription model does with one call; a string is what it heard. */
export type TranscriptionTurn =
  | string
  | TranscriptTurn
  | OperationFail
  | OperationHang
  | ((request: TranscriptionRequest) => TranscriptionTurn);

/** What a fake speech model does with one call; with `after` some sound is heard first. */
export type SpeechTurn =
  | SoundTurn
  | (OperationFail & { readonly after?: Uint8Array | undefined })
  | (OperationHang & { readonly after?: Uint8Array | undefined })
  | ((request: SpeechRequest) => SpeechTurn);
