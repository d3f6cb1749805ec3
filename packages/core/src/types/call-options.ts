import type { Attempt, ErrorKind, LlmError } from './llm-error.ts';
import type { ChatResponse } from './response.ts';

/** How long things may take, in milliseconds; 0 = off. What runs out is a `timeout`, with its `details.phase`. */
export interface Timeouts {
  /** From an attempt's start to the response's headers. */
  readonly connectMs?: number | undefined;
  /** From an attempt's start to the first content of a stream. */
  readonly firstContentMs?: number | undefined;
  /** Between two signs of life of a stream. */
  readonly idleMs?: number | undefined;
  /** One attempt that is asked for at once; of the others only `totalMs` runs on it. */
  readonly completeMs?: number | undefined;
  /** The whole call, with its retries and waits. */
  readonly totalMs?: number | undefined;
  /** How long a stream waits for its reader before the call is abandoned. Default 300,000. */
  readonly unreadMs?: number | undefined;
}

/** How a chain is walked: for all calls in `createMajordomo`, or for one call. */
export interface ChainOptions {
  /** Tries of one target, the first included. Default 2. */
  readonly attempts?: number | undefined;
  /** Full jitter: a random wait below `baseMs · 2ⁿ`, at most `capMs`. Defaults 100 and 8,000 ms. */
  readonly backoff?:
    { readonly baseMs?: number | undefined; readonly capMs?: number | undefined } | undefined;
  /** Longest Retry-After that is slept, in ms; a longer one benches and advances. Default 20,000. */
  readonly retryAfterCapMs?: number | undefined;
  /** Timers of an attempt and of the call; they win over those of a model. */
  readonly timeouts?: Timeouts | undefined;
  /** Rows of the policy table that are to differ, such as `{ auth: { advance: true } }`. */
  readonly policy?: PolicyOverrides | undefined;
  /**
   * What a stream does when its target fails after content. `error` (default): throws. `restart`: a `reset` event, and the
   * answer begins again. `continue`: the next attempt continues where the text broke off, told by a `continued` event; as
   * `restart` where that cannot be done (a tool call, a schema, hardly any text).
   */
  readonly afterCommit?: 'error' | 'restart' | 'continue' | undefined;
  /**
   * Asks the next target too when the current one has shown nothing for this long, in ms; the first content wins, the
   * other attempt is closed and settled. Never for a call whose gates deny the second. 0: off (default).
   */
  readonly hedgeAfterMs?: number | undefined;
  /**
   * Fewest characters a second, over `slowWindowMs` from the first content on; an attempt below it fails as `timeout`,
   * phase `slow`. Time in which nobody reads does not count. 0: off (default).
   */
  readonly leastCharsPerSecond?: number | undefined;
  /** Default 10,000. */
  readonly slowWindowMs?: number | undefined;
  /**
   * When every target is benched. `probe` (default): one call at a time may ask the one that comes back first, the
   * others fail at once. `fail`: all fail at once. `try-soonest`: every call asks it. `wait`: until a bench ends. A
   * failure of such an early attempt leaves the bench as it is.
   */
  readonly whenAllBenched?: 'fail' | 'probe' | 'try-soonest' | 'wait' | undefined;
  /** Has the first word on an error's kind; `undefined` keeps the provider's. It must not throw. */
  readonly classify?: ((error: LlmError) => LlmError['kind'] | undefined) | undefined;
}

/** Keeps a platform's context alive until the promise has settled. */
export type WaitUntil = (promise: Promise<unknown>) => void;

/** Belongs to one call; nothing of it is sent to a vendor. */
export interface CallOptions extends ChainOptions {
  /** Ends the call at once, as `aborted`; its connection is closed. */
  readonly signal?: AbortSignal | undefined;
  /** Who the call is for: resolvers, gates and events see it. */
  readonly tenant?: string | undefined;
  /** Anything for resolvers, gates and events. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** What happens in this call; the one of `createMajordomo` is told as well. */
  readonly onEvent?: ((event: CallEvent) => void) | undefined;
  /**
   * The platform's own, such as a Worker's `ctx.waitUntil`: is given what continues after the answer (settling permits,
   * freeing connections). The one of `createMajordomo` is used where a call has none.
   */
  readonly waitUntil?: WaitUntil | undefined;
  /**
   * `generateObject` and `streamObject`: how often an answer that does not fit goes back to be corrected. Default 1.
   * Each round is a call of its own; `totalMs` bounds all of them together.
   */
  readonly repairs?: number | undefined;
}

/** Names a call, in events, gates and resolvers. */
export interface CallInfo {
  /** A random UUID. */
  readonly id: string;
  readonly spec: string;
  /** What is asked for; absent: chat. */
  readonly operation?: OperationType | undefined;
  readonly tenant: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What a chain can be asked for. */
export type OperationType = 'chat' | 'image' | 'embedding' | 'transcription' | 'speech';

/**
 * What happens in a call, as it happens. `call-end` is the last: of a stream it is told when its last event has been read,
 * or its reader has left. An observer that throws changes nothing.
 */
export type CallEvent =
  | { readonly type: 'call-start'; readonly call: CallInfo; readonly targets: readonly string[] }
  | {
      readonly type: 'target-skipped';
      readonly call: CallInfo;
      readonly target: string;
      readonly why: 'benched' | 'unsupported' | 'denied';
      /** Epoch ms of this majordomo's clock. */
      readonly until: number | undefined;
    }
  | {
      readonly type: 'attempt-start';
      readonly call: CallInfo;
      readonly target: string;
      readonly attempt: number;
    }
  | {
      readonly type: 'attempt-failed';
      readonly call: CallInfo;
      readonly target: string;
      readonly attempt: number;
      readonly error: LlmError;
      /** Set when the same target is tried again. */
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
      readonly msToFirst: number;
    }
  | {
      readonly type: 'benched' | 'probed' | 'recovered';
      readonly call: CallInfo | undefined;
      readonly target: string;
      readonly until: number | undefined;
    }
  | {
      readonly type: 'call-end';
      readonly call: CallInfo;
      readonly outcome: 'finished' | 'failed' | 'abandoned';
      /** Of a chat that finished. */
      readonly response: ChatResponse | undefined;
      readonly error: LlmError | undefined;
      readonly attempts: readonly Attempt[];
    };

/** Time, injected. Milliseconds. */
export interface Clock {
  /** Since the epoch; any origin will do for a test. */
  now(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Runs once after `ms`; returns its cancel. `isBackground`: it need not keep the process alive. */
  timer(ms: number, run: () => void, isBackground?: boolean): () => void;
}

/** retry: same target again; advance: next target; bench: counts against the target's health. */
export interface Decision {
  readonly retry: boolean;
  readonly advance: boolean;
  readonly bench: boolean;
  /** Of `empty`: an empty text is an answer then, and no failure. */
  readonly accept?: boolean | undefined;
}

/** Replaces fields of rows, for a majordomo or for one call. */
export type PolicyOverrides = { readonly [K in ErrorKind]?: Partial<Decision> | undefined };
