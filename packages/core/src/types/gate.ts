import type { CallInfo, OperationType } from './call-options.ts';
import type { Attempt, Billing } from './llm-error.ts';
import type { EmbeddingRequest, ImageRequest, SpeechRequest, TranscriptionRequest } from './operations.ts';
import type { Capabilities } from './provider.ts';
import type { ModelRequest } from './request.ts';

/** An attempt that is about to begin. */
export interface AttemptInfo {
  readonly call: CallInfo;
  readonly target: string;
  /** Counts every try of this target within the call, from 1; `<call.id>/<target>/<attempt>` names a reservation. */
  readonly attempt: number;
  /** What is asked for; absent: chat. */
  readonly operation?: OperationType | undefined;
  /** Of a chat: what will be sent. Of other operations: an empty one. */
  readonly request: ModelRequest;
  /** Of operations other than chat: what will be sent. */
  readonly payload?: ImageRequest | EmbeddingRequest | TranscriptionRequest | SpeechRequest | undefined;
  readonly capabilities: Capabilities;
  readonly signal: AbortSignal;
  /**
   * True once the attempt cannot be running any more though nobody has settled its permits: on some platforms a
   * request's work dies with its context. What it holds may be given to others.
   */
  readonly isLapsed?: boolean | undefined;
  /** Whose prices and conventions hold, as the provider says. */
  readonly vendor?: string | undefined;
  /** How the provider's calls are paid where no price applies. */
  readonly billing?: Billing | undefined;
  /** The model's id, without the provider. */
  readonly model?: string | undefined;
  /** The innermost alias or resolver's name that led to the target. */
  readonly name?: string | undefined;
  readonly delivery?: 'deltas' | 'complete' | undefined;
}

/** `advance`: try the next target instead of failing the call. */
export interface Denial {
  /** Why, for the error's message. */
  readonly deny: string;
  readonly advance?: boolean | undefined;
  /** When asking again makes sense. */
  readonly retryAfterMs?: number | undefined;
}

/** A lease: settled exactly once, whatever became of the attempt. */
export interface Permit {
  /** How the attempt ended, with its usage where the vendor said it. */
  settle(outcome: Attempt): void | Promise<void>;
}

/** Admission: quotas, budgets, rate limits, lanes. A gate that throws or times out denies. */
export interface Gate {
  /** Stands in the error of a denial. */
  readonly name: string;
  /** Longest wait in `admit`, in ms; then it denies. Default: none. */
  readonly timeoutMs?: number | undefined;
  /** Before an attempt: a permit, a denial, or `undefined` when this gate does not care. */
  admit(attempt: AttemptInfo): Permit | Denial | undefined | Promise<Permit | Denial | undefined>;
}
