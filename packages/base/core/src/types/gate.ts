import type { CallInfo, OperationType } from './call-options.ts';
import type { Attempt, Billing } from './llm-error.ts';
import type {
  ClassificationRequest,
  EmbeddingRequest,
  ImageRequest,
  ModerationRequest,
  RerankRequest,
  SpeechRequest,
  TranscriptionRequest,
  VideoRequest,
} from './operations.ts';
import type { Capabilities, DataHandling } from './provider.ts';
import type { ModelRequest } from './request.ts';

/** Attempt that is about to begin. */
export interface AttemptInfo {
  readonly call: CallInfo;
  readonly target: string;
  /** Number of the attempt on this target within the call, from 1. `<call.id>/<target>/<attempt>` identifies the attempt. */
  readonly attempt: number;
  /** Whether the chain has no target after this one, so that any denial would end the call. */
  readonly isLastTarget?: boolean | undefined;
  /** Operation of the call. If this member is absent, the call is a chat. */
  readonly operation?: OperationType | undefined;
  /** Chat request as it will be sent. For other operations, this request is empty; see `payload`. */
  readonly request: ModelRequest;
  /**
   * Request as it will be sent; `undefined` for a chat, whose request is in `request`. `bases` of a classification contains the
   * sources that the target may use.
   */
  readonly payload?:
    | ImageRequest
    | EmbeddingRequest
    | TranscriptionRequest
    | SpeechRequest
    | RerankRequest
    | ModerationRequest
    | ClassificationRequest
    | VideoRequest
    | undefined;
  readonly capabilities: Capabilities;
  readonly signal: AbortSignal;
  /**
   * Whether the attempt can no longer be running although its permits were not settled. Changes after `admit`, so a gate reads it
   * when another attempt waits, and may then grant the permits to that attempt. On some platforms the work for a request ends with
   * the context of the request.
   */
  readonly isLapsed?: boolean | undefined;
  /** Vendor whose prices apply; see `Provider.vendor`. */
  readonly vendor?: string | undefined;
  /** Payment of the provider's calls; see `Provider.billing`. */
  readonly billing?: Billing | undefined;
  /** Declared data handling of the target; see `Provider.data`. */
  readonly data?: DataHandling | undefined;
  /** Id of the model, without the provider. */
  readonly model?: string | undefined;
  /** Innermost alias or resolved name that led to the target. */
  readonly name?: string | undefined;
  /** Whether the response is streamed (`deltas`) or arrives at once (`complete`). */
  readonly delivery?: 'deltas' | 'complete' | undefined;
}

/** Gate's denial of an attempt. */
export interface Denial {
  /** Reason for the denial, which is part of the error message. */
  readonly deny: string;
  /** Whether the call tries the next target. If false, the call fails with kind `denied`. @default false */
  readonly advance?: boolean | undefined;
  /** Time after which another call may be admitted, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /**
   * Machine-readable reason, in `details.code` of the error. The ledger uses `budget-spent`, `rate-limited`, `call-too-large`,
   * `no-bound` (the maximum length of the answer is unknown), `no-price` and `books-down` (the store of the ledger has failed).
   */
  readonly code?: string | undefined;
  /** Message for the client, in `details.publicMessage` of the error. `deny` is meant for the operator. */
  readonly publicMessage?: string | undefined;
}

/** Permission to run one attempt. */
export interface Permit {
  /** Ends the permit. Called exactly once after the attempt, with the attempt's usage if the vendor reported it. */
  settle(outcome: Attempt): void | Promise<void>;
}

/**
 * Admission control, such as a budget. A timeout, or an error that is not an `LlmError`, is a denial without `advance`. An
 * `LlmError` ends the call with its kind.
 *
 * @example
 * const gate: Gate = {
 *   name: 'opening-hours',
 *   admit: () => (isOpen() ? undefined : { deny: 'closed until 9:00' }),
 * };
 */
export interface Gate {
  /** Name of the gate in the error of a denial. */
  readonly name: string;
  /** Maximum time of `admit`, in milliseconds. After this time, the attempt is denied. @default no limit */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether the gate also checks each target that `Majordomo.prepare` returns for batches and background jobs, with `attempt: 0`.
   * The permit is settled at once, with the outcome `skipped`. @default false
   */
  readonly batches?: boolean | undefined;
  /**
   * Returns the denial of an attempt whose request is not complete yet, or `undefined`. The complete request will be larger. Reads
   * only and reserves nothing, because `admit` decides about the complete request. Called by `Majordomo.precheck`, with
   * `attempt: 0`. Has the same time limit as `admit`. @default `precheck` does not call the gate
   */
  readonly precheck?:
    | ((attempt: AttemptInfo) => Denial | undefined | Promise<Denial | undefined>)
    | undefined;
  /** Returns a permit or a denial, or `undefined` if the gate does not apply to the attempt. Called before each attempt. */
  admit(attempt: AttemptInfo): Permit | Denial | undefined | Promise<Permit | Denial | undefined>;
}
