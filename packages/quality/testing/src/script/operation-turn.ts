import type {
  ClassificationRequest,
  EmbeddingRequest,
  ModerationRequest,
  RerankRequest,
  SpeechRequest,
  TranscriptionRequest,
} from '@majordomo/core';
import type {
  AudioTurn,
  DistributionsTurn,
  RankingTurn,
  TranscriptTurn,
  VectorsTurn,
  VerdictsTurn,
} from './operation-answer.ts';
import type { FailTurn, HangTurn } from './turn.ts';

/** Failing turn of an operation that is not streamed. */
export type OperationFail = Omit<FailTurn, 'after'>;
/** Hanging turn of an operation that is not streamed. The turn does not end until the call is aborted. */
export type OperationHang = Omit<HangTurn, 'after'>;

/** Turn of a fake embedding model. */
export type EmbeddingTurn =
  | VectorsTurn
  | OperationFail
  | OperationHang
  | ((request: EmbeddingRequest) => EmbeddingTurn);

/** Turn of a fake transcription model. A string is the transcript. */
export type TranscriptionTurn =
  | string
  | TranscriptTurn
  | OperationFail
  | OperationHang
  | ((request: TranscriptionRequest) => TranscriptionTurn);

/** Turn of a fake speech model. If `after` is set, the audio `after` is emitted before the model fails or hangs. */
export type SpeechTurn =
  | AudioTurn
  | (OperationFail & { readonly after?: Uint8Array | undefined })
  | (OperationHang & { readonly after?: Uint8Array | undefined })
  | ((request: SpeechRequest) => SpeechTurn);

/** Turn of a fake rerank model. */
export type RerankTurn =
  | RankingTurn
  | OperationFail
  | OperationHang
  | ((request: RerankRequest) => RerankTurn);

/** Turn of a fake moderation model. Core sends strings in one request, and each image in a separate request. */
export type ModerationTurn =
  | VerdictsTurn
  | OperationFail
  | OperationHang
  | ((request: ModerationRequest) => ModerationTurn);

/** Turn of a fake classification model. Core sends at most `maxQuestions` questions in each request. */
export type ClassificationTurn =
  | DistributionsTurn
  | OperationFail
  | OperationHang
  | ((request: ClassificationRequest) => ClassificationTurn);
