import type { AnswerOf, Question } from './classification.ts';
import type { Attempt, ErrorKind, LlmError } from './llm-error.ts';
import type { ChatRequest } from './request.ts';
import type { ChatResponse } from './response.ts';
import type { ResolvedTarget } from './target.ts';

/**
 * Time limits in milliseconds. 0 disables a limit. An attempt or call that exceeds a limit other than `unreadMs` fails with kind
 * `timeout` and `details.phase`. The precedence, highest first, is call, alias, majordomo, provider, model.
 *
 * @example { firstContentMs: 30_000, totalMs: 120_000 }
 */
export interface Timeouts {
  /** Maximum time from the start of a streamed attempt to the response headers. Phase `connect`. @default 60_000 */
  readonly connectMs?: number | undefined;
  /** Maximum time from the start of a streamed attempt to its first content. Phase `first-content`. @default 180_000 */
  readonly firstContentMs?: number | undefined;
  /**
   * Maximum time between two chunks of a stream after its first content. Phase `idle`. The time in which the caller does
   * not read does not count.
   * @default 90_000
   */
  readonly idleMs?: number | undefined;
  /**
   * Maximum time of a non-streaming attempt. The three limits above do not apply to such an attempt. Phase `complete`.
   * @default 600_000
   */
  readonly completeMs?: number | undefined;
  /** Maximum time of a call, including retries and waits. Has no effect for an alias or provider. Phase `total`. @default 0 */
  readonly totalMs?: number | undefined;
  /**
   * Maximum time that received events wait for the caller to read them. After this time, the call is abandoned and its
   * connection is closed. The call then fails with kind `aborted` and code `abandoned`.
   * @default 300_000
   */
  readonly unreadMs?: number | undefined;
}

/** Retry and failover options. `createMajordomo` accepts them for all calls. `CallOptions` contains them for one call. */
export interface ChainOptions {
  /** Maximum attempts on one target within a call, including the first. @default 2 */
  readonly attempts?: number | undefined;
  /**
   * Random wait before a retry on the same target, in milliseconds. The wait before retry n, counted from 0, is below
   * `baseMs · 2ⁿ` and at most `capMs`. A longer Retry-After replaces the wait.
   * @default { baseMs: 100, capMs: 8_000 }
   */
  readonly backoff?:
    | { readonly baseMs?: number | undefined; readonly capMs?: number | undefined }
    | undefined;
  /**
   * Maximum Retry-After for which a call waits, in milliseconds. A longer Retry-After benches the target and prevents a retry.
   * @default 20_000
   */
  readonly retryAfterCapMs?: number | undefined;
  /** Time limits; see `Timeouts` for each default. */
  readonly timeouts?: Timeouts | undefined;
  /**
   * Changes to the decisions by error kind. A decision determines retries, the advance to the next target, and benching.
   *
   * @example { auth: { advance: true } }
   */
  readonly policy?: PolicyOverrides | undefined;
  /**
   * Reaction of a stream to a failure after its first content. `error`: the stream throws. `restart` emits `reset`, and the next
   * attempt begins the response again. `continue` emits `continued`, and the next attempt continues the text. `continue` acts
   * like `restart` if the response cannot be continued: after a tool call, with an output schema, or after very little text.
   * @default 'error'
   */
  readonly afterCommit?: 'error' | 'restart' | 'continue' | undefined;
  /**
   * Time without content after which the call also starts an attempt on the next target, in milliseconds. The call uses the
   * attempt that sends content first, and cancels the other. A gate's denial prevents the second attempt. 0 disables hedging.
   * @default 0
   */
  readonly hedgeAfterMs?: number | undefined;
  /**
   * Minimum output rate in characters per second, measured over `slowWindowMs` after the first content. A slower attempt
   * fails with kind `timeout`, phase `slow`. The time in which the caller does not read does not count. 0 disables the limit.
   * @default 0
   */
  readonly leastCharsPerSecond?: number | undefined;
  /** Length of one measurement for `leastCharsPerSecond`, in milliseconds. 0 disables the measurement. @default 10_000 */
  readonly slowWindowMs?: number | undefined;
  /**
   * Behavior when every target is benched. `probe`: one call at a time tries the target whose bench ends first, and other calls
   * fail at once. `try-soonest`: every call tries that target. `fail`: all calls fail at once. `wait`: the call waits until a
   * bench ends. An attempt that fails before the end of a bench does not extend the bench.
   * @default 'probe'
   */
  readonly whenAllBenched?: 'fail' | 'probe' | 'try-soonest' | 'wait' | undefined;
  /** Function that returns a new kind for an attempt's error. If it returns `undefined` or throws, the kind does not change. */
  readonly classify?: ((error: LlmError) => LlmError['kind'] | undefined) | undefined;
  /** Orders the targets of each chat before its first attempt; see `TargetOrder`. @default the order of the spec */
  readonly order?: TargetOrder | undefined;
}

/**
 * Orders the targets of a chat once, before the first attempt. Returns target keys, preferred first. The other targets follow in
 * the order of the chain. Unknown keys are ignored. `undefined` leaves the order unchanged. The function is not called for a
 * single target. If the function throws, rejects or does not return within 250 ms, the order does not change.
 *
 * @example const order: TargetOrder = (targets) => targets.filter(isInEurope).map(({ target }) => target);
 */
export type TargetOrder = (
  targets: readonly ResolvedTarget[],
  context: {
    readonly call: CallInfo;
    readonly request: ChatRequest;
    /** Signal that aborts when the call is stopped or when the function exceeds the limit of 250 ms. */
    readonly signal: AbortSignal;
  },
) => readonly string[] | undefined | Promise<readonly string[] | undefined>;

/** Function of the platform that delays the end of the request's context until the promise has settled. */
export type WaitUntil = (promise: Promise<unknown>) => void;

/** Options of one call. No option is sent to a vendor. */
export interface CallOptions extends ChainOptions {
  /** Signal that cancels the call and closes its connection. The call fails with kind `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Tenant of the call. Resolvers, gates and events receive the tenant. */
  readonly tenant?: string | undefined;
  /** Arbitrary data of the application. Resolvers, gates and events receive the data. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Key of the job, 1 to 200 characters. A model of `@majordomo/background` continues the job of this key. Other models ignore it.
   * @default a random key
   */
  readonly key?: string | undefined;
  /** Receives the events of this call. The listener of `createMajordomo` receives them as well. */
  readonly onEvent?: ((event: CallEvent) => void) | undefined;
  /**
   * Receives the text of each response of this call, for debugging. No event, log or stored response contains the text. A response with
   * an error status is in the details of the error instead. Models that are not reached over HTTP report nothing.
   * @default none
   *
   * @example onRawResponse: ({ target, text }) => console.debug(target, text)
   */
  readonly onRawResponse?: ((raw: RawResponse) => void) | undefined;
  /**
   * Function of the platform, such as `ctx.waitUntil` of a Worker. It receives the promise of work that continues after the
   * response, such as settling permits.
   * @default the `waitUntil` of `createMajordomo`
   */
  readonly waitUntil?: WaitUntil | undefined;
  /**
   * Maximum number of repair rounds of `generateObject` and `streamObject` for each target. If a value does not fit the schema, a
   * round sends the value and its issues back to the model. `totalMs` limits all rounds together.
   * @default 1
   */
  readonly repairs?: number | undefined;
}

/** Text that a vendor sent in response to one attempt. */
export interface RawResponse {
  readonly target: string;
  /** Number of the attempt on this target, from 1. */
  readonly attempt: number;
  /** Body of a non-streaming response, or the data of one message of a stream. The model may have written secrets or personal data. */
  readonly text: string;
}

/** Identity of a call in events, gates and resolvers. */
export interface CallInfo {
  /** Random UUID that begins with the time (version 7), so ids of later calls sort after those of earlier ones. */
  readonly id: string;
  readonly spec: string;
  /** Operation of the call. If this member is absent, the call is a chat. */
  readonly operation?: OperationType | undefined;
  readonly tenant: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /**
   * Whether the call is a later round of `generateObject` or `streamObject`, because an answer did not fit the schema. Limits
   * on the number of calls do not count such a round. @default false
   */
  readonly isFurtherRound?: boolean | undefined;
  /**
   * Arms of experiments, by the name that was resolved, such as `{ fast: 'canary' }`. Known from the event `call-start` on. Absent if
   * no resolver chose an arm.
   */
  readonly arms?: Readonly<Record<string, string>> | undefined;
}

/** Operation of a call. `tool`: a call of a tool, prompt or resource of an MCP server through a gateway, which calls no model. */
export type OperationType =
  | 'chat'
  | 'image'
  | 'embedding'
  | 'transcription'
  | 'speech'
  | 'rerank'
  | 'moderation'
  | 'classification'
  | 'video'
  | 'tool';

/**
 * Event of a call. `call-end` is the last event. A finished stream emits `call-end` when the caller has read all its content or
 * has left the loop. A listener that throws or rejects has no effect on the call.
 */
export type CallEvent =
  | { readonly type: 'call-start'; readonly call: CallInfo; readonly targets: readonly string[] }
  | {
      readonly type: 'target-skipped';
      readonly call: CallInfo;
      readonly target: string;
      readonly why: 'benched' | 'unsupported' | 'denied';
      /** End of the bench, in epoch milliseconds of the majordomo's clock. */
      readonly until: number | undefined;
    }
  | {
      readonly type: 'attempt-start';
      readonly call: CallInfo;
      readonly target: string;
      /** Number of the attempt on this target, from 1. */
      readonly attempt: number;
    }
  | {
      readonly type: 'attempt-failed';
      readonly call: CallInfo;
      readonly target: string;
      readonly attempt: number;
      readonly error: LlmError;
      /** Wait before the retry on the same target, in milliseconds; `undefined` if no retry follows. */
      readonly willRetryInMs: number | undefined;
    }
  | {
      readonly type: 'attempt-end';
      readonly call: CallInfo;
      readonly attempt: number;
      readonly result: Attempt;
    }
  | {
      readonly type: 'committed';
      readonly call: CallInfo;
      readonly target: string;
      /** Time from the start of the attempt to its first content, in milliseconds. */
      readonly msToFirst: number;
    }
  | {
      readonly type: 'benched' | 'probed' | 'recovered';
      readonly call: CallInfo | undefined;
      readonly target: string;
      /** End of the bench, in epoch milliseconds of the majordomo's clock; `undefined` for `probed` and `recovered`. */
      readonly until: number | undefined;
    }
  | {
      readonly type: 'call-end';
      readonly call: CallInfo;
      readonly outcome: 'finished' | 'failed' | 'abandoned';
      /** Response of a finished chat; `undefined` for other outcomes and operations. */
      readonly response: ChatResponse | undefined;
      /** Answers of a finished classification, by question. Absent for other outcomes and operations. */
      readonly answers?: Readonly<Record<string, AnswerOf<Question>>> | undefined;
      readonly error: LlmError | undefined;
      readonly attempts: readonly Attempt[];
    };

/** Source of time, in milliseconds. */
export interface Clock {
  /** Returns epoch milliseconds. A test may use any origin. */
  now(): number;
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason if the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `run` once after `ms` ms. Returns a function that cancels the timer. A background timer may let the process end. */
  timer(ms: number, run: () => void, options?: { readonly isBackground?: boolean | undefined }): () => void;
}

/** Reaction of a call to a failed attempt. */
export interface Decision {
  /** Whether the call tries the same target again. */
  readonly retry: boolean;
  /** Whether the call advances to the next target. */
  readonly advance: boolean;
  /** Whether the failure counts against the health of the target. */
  readonly bench: boolean;
  /** Whether an empty response is accepted as an answer. Applies to the kind `empty` only. */
  readonly accept?: boolean | undefined;
}

/** Changes to the decisions, by error kind. Absent kinds and absent members of a decision do not change. */
export type PolicyOverrides = { readonly [K in ErrorKind]?: Partial<Decision> | undefined };
