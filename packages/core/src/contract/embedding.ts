import type { CallOptions } from './call.ts';
import type { Attempt } from './llm-error.ts';
import type { Warning } from './response.ts';
import type { Usage } from './usage.ts';

/** What to turn into vectors. */
export interface EmbeddingRequest {
  /** None: an empty answer, without a call. An empty text is `invalid-request`, with its index. */
  readonly values: readonly string[];
  /** Shorter vectors, where the model can; cut and normalised here where the vendor does not. */
  readonly dimensions?: number | undefined;
  /** What the vectors are for, where the model distinguishes. */
  readonly purpose?: 'query' | 'document' | 'similarity' | 'classification' | 'clustering' | undefined;
  /** Merged into the wire body last, by provider id or wire name, as in a chat request. */
  readonly extra?: { readonly [provider: string]: object } | undefined;
}

/** The vectors, and how they came about. */
export interface EmbeddingResponse {
  /** One for each value, in their order. */
  readonly vectors: readonly Float32Array[];
  /** `provider/model` that answered, of a long list the last part; `attempts` has all. */
  readonly target: string;
  readonly spec: string;
  /** Of all parts. */
  readonly usage: Usage | undefined;
  readonly warnings: readonly Warning[];
  /** Every try of every part, skipped targets included. */
  readonly attempts: readonly Attempt[];
}

/**
 * One target or a chain of them, to make vectors with. Vectors of different models do not mix: every target of the chain
 * has to have the same `space`, else the call fails with `config`.
 */
export interface EmbeddingModel {
  readonly spec: string;
  /**
   * Long lists are asked in parts, four at a time, each of which fails over as a chat does. The `LlmError` of a call that
   * failed in part has the vectors that came as `details.vectors`.
   */
  embed(request: EmbeddingRequest, options?: CallOptions): Promise<EmbeddingResponse>;
}
