import type { EmbeddingRequest, SpeechRequest, TranscriptionRequest } from '@majordomo/core';
import type { AudioTurn, TranscriptTurn, VectorsTurn } from './operation-answer.ts';
import type { FailTurn, HangTurn } from './turn.ts';

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
  | AudioTurn
  | (OperationFail & { readonly after?: Uint8Array | undefined })
  | (OperationHang & { readonly after?: Uint8Array | undefined })
  | ((request: SpeechRequest) => SpeechTurn);
