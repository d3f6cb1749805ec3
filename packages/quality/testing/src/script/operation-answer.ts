import type {
  ModerationResult,
  RerankResult,
  TranscriptSegment,
  Usage,
  VendorFacts,
  Warning,
} from '@majordomo/core';

/** Operation other than chat and image generation. */
export type OperationName =
  | 'embedding'
  | 'transcription'
  | 'speech'
  | 'rerank'
  | 'moderation'
  | 'classification';

interface OperationTurn {
  /** Time before the response, in milliseconds on the provider's clock. */
  readonly delayMs?: number | undefined;
  readonly usage?: Usage | undefined;
  /** Model that answers, by the vendor's name. `@default` none */
  readonly model?: string | undefined;
  /** Facts in the vendor's terms. `@default` none */
  readonly vendor?: VendorFacts | undefined;
  /** Warnings of the response. The servers of `@majordomo/conformance` reject turns with warnings. */
  readonly warnings?: readonly Warning[] | undefined;
}

/** Successful turn of an embedding model. The number of vectors may differ from the number of values. */
export interface VectorsTurn extends OperationTurn {
  readonly vectors: readonly (Float32Array | readonly number[])[];
}

/** Successful turn of a transcription model. */
export interface TranscriptTurn extends OperationTurn {
  readonly transcript: string;
  /** Language of the recording as a BCP 47 tag. */
  readonly language?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly segments?: readonly TranscriptSegment[] | undefined;
}

/** Successful turn of a speech model. */
export interface AudioTurn extends OperationTurn {
  /** Audio in one chunk or in several chunks. */
  readonly audio: Uint8Array | readonly Uint8Array[];
  /** Media type of the audio. `@default 'audio/mpeg'` */
  readonly mediaType?: string | undefined;
  /** Time between two chunks, in milliseconds on the provider's clock. */
  readonly everyMs?: number | undefined;
}

/** Successful turn of a rerank model. */
export interface RankingTurn extends OperationTurn {
  /** Results, in any order. Invalid results are allowed. */
  readonly ranking: readonly RerankResult[];
}

/** Successful turn of a moderation model. The number of verdicts may differ from the number of values. */
export interface VerdictsTurn extends OperationTurn {
  readonly verdicts: readonly ModerationResult[];
}

/** Turn of a classification model that answers all questions, or refuses one of them. */
export interface DistributionsTurn extends OperationTurn {
  /** Probabilities by question, for `[true, false]`, the choices or the levels, in order. Invalid probabilities are allowed. */
  readonly distributions: Readonly<Record<string, readonly number[]>>;
  /** Name of a question that the model refuses. The attempt fails with `content-filter`. `@default` none */
  readonly refuses?: string | undefined;
}

/** Successful turn of a model for an operation other than chat and image generation. */
export type OperationAnswer =
  | VectorsTurn
  | TranscriptTurn
  | AudioTurn
  | RankingTurn
  | VerdictsTurn
  | DistributionsTurn;
