import { inspectError } from './inspect-error.ts';
import type { AssistantPart } from './messages.ts';
import type { ModelRequest } from './request.ts';
import type { Usage } from './usage.ts';

/**
 * Change of a request that a vendor refused. The chain sends the changed request to the same target at once. For each target, a
 * call uses each `id` once and at most four recoveries.
 */
export interface Recovery {
  readonly id: string;
  /** Description of the change, for the warning to the caller, such as `strict dropped from schemas`. */
  readonly what: string;
  /** Returns the changed request. This function must not modify its argument. */
  apply(request: ModelRequest): ModelRequest;
  /** Form of the response. Set to `complete` if the changed request must be sent as a non-streaming request. */
  readonly delivery?: 'complete' | undefined;
  /** Whether later calls to the target apply the change before the first attempt. */
  readonly remember?: boolean | undefined;
  /** Whether the recovery changes the credential instead of the request. The limit of four recoveries does not apply to it. */
  readonly changesCredential?: boolean | undefined;
  /** Ids of files that the vendor no longer has. Their content is uploaded again before the next attempt. */
  readonly goneFiles?: readonly string[] | undefined;
  /** Whether a remembered recovery is needed for this request. If absent, the recovery applies to every request. */
  isNeededFor?(request: ModelRequest): boolean;
}

/** One problem of a value. */
export interface ErrorIssue {
  /** Keys that lead from the value to the part with the problem; empty if the complete value has the problem. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Facts about an error. A member that is not known is `undefined` and not enumerable. */
export interface ErrorDetails {
  /** Target that failed, as `provider/model`. */
  readonly target: string | undefined;
  /** HTTP status of the response. */
  readonly status: number | undefined;
  /** Vendor's error code, or one of majordomo's codes such as `abandoned`, `login-required`, `suppressed` or `too-large`. */
  readonly code: string | undefined;
  /** Vendor's id of the request, for questions to the vendor's support. */
  readonly requestId: string | undefined;
  /** Message of a gate that may be sent to a client. The message of the error itself may contain figures of other callers. */
  readonly publicMessage: string | undefined;
  /** Time to wait before another call, in milliseconds. For `exhausted`, the time until the first target is available again. */
  readonly retryAfterMs: number | undefined;
  /** Whether the same request may succeed later, as the vendor's header `x-should-retry` states. If false, no retry follows. */
  readonly shouldRetry: boolean | undefined;
  /** All attempts and skipped targets of the call, in order; empty if the call failed before it tried a target. */
  readonly attempts: readonly Attempt[];
  /** Content that had arrived before the failure. */
  readonly partial: PartialResponse | undefined;
  /** Problems of a value that does not fit its schema (`invalid-output`) or of an unexpected response (`protocol`). */
  readonly issues: readonly ErrorIssue[] | undefined;
  /** Place of the problem in the options, the request or the response, such as `choices[0].message`. */
  readonly path: string | undefined;
  /** Body of the vendor's response, shortened and without secrets. */
  readonly body: string | undefined;
  /** Time limit that ended the attempt or call (`timeout`); see `Timeouts`. */
  readonly phase: 'connect' | 'first-content' | 'idle' | 'slow' | 'complete' | 'total' | undefined;
  /** Vectors that an embedding call received before its failure, in the order of its values. Not enumerable; logs omit them. */
  readonly vectors: readonly (Float32Array | undefined)[] | undefined;
  /** Change of the request that the error suggests. The chain sends the changed request to the same target. */
  readonly recover: Recovery | undefined;
}

/** One attempt on a target, or a target that was skipped. */
export interface Attempt {
  readonly target: string;
  readonly outcome: 'finished' | 'failed' | 'abandoned' | 'skipped';
  /**
   * Error of the attempt. For a skipped target, the error that benched the target, or the reason for the skip. In the error of
   * `generateObject`, a `finished` attempt whose answer did not match the schema has the error `invalid-output`.
   */
  readonly error: LlmError | undefined;
  readonly usage: Usage | undefined;
  /** Duration of the attempt in milliseconds; 0 for a skipped target. */
  readonly ms: number;
  /**
   * Whether majordomo ended the attempt after calling the provider, because of an abort, a timeout, a caller that left the
   * stream, or a faster attempt. The vendor may bill such an attempt.
   */
  readonly stopped?: true | undefined;
  /** Vendor whose prices apply; see `Provider.vendor`. */
  readonly vendor?: string | undefined;
  /** Id of the model, without the provider. */
  readonly model?: string | undefined;
  /** Model that answered, by the vendor's name; see `ChatResponse.model`. Absent if the vendor did not report it. */
  readonly responseModel?: string | undefined;
  /** Payment of the provider's calls; see `Provider.billing`. */
  readonly billing?: Billing | undefined;
  /** Innermost alias or resolved name that led to the target. */
  readonly name?: string | undefined;
}

/** Payment of calls. `metered`: per use. `included`: as part of a subscription, or on the operator's hardware. */
export type Billing = 'metered' | 'included';

/** Content that had arrived before an attempt failed. */
export interface PartialResponse {
  /** Vendor's id of the response. */
  readonly id: string | undefined;
  /** Target that sent the content, as `provider/model`. */
  readonly target: string;
  readonly parts: readonly AssistantPart[];
  /** Concatenation of all text parts. */
  readonly text: string;
  readonly usage: Usage | undefined;
}

/** Property of an error with the stack frames of the application's call. */
export const CALLED_AT: unique symbol = Symbol.for('majordomo.calledAt');

const BRAND = Symbol.for('majordomo.LlmError');

/**
 * Error of every failed call. `kind` determines what the application can do. `details` contains the facts.
 *
 * @example
 * try {
 *   await model.generate({ messages });
 * } catch (error) {
 *   if (!LlmError.is(error, 'rate-limit', 'overloaded')) throw error;
 *   retryLater(error.details.retryAfterMs);
 * }
 */
export class LlmError extends Error {
  override readonly name: string = 'LlmError';
  /** Category of the failure. */
  readonly kind: ErrorKind;
  /** Facts about the failure. */
  declare readonly details: ErrorDetails;

  constructor(
    kind: ErrorKind,
    message: string,
    details: Partial<ErrorDetails> = {},
    options?: { cause?: unknown },
  ) {
    super(message);
    this.kind = kind;
    this.details = completeDetails(details);
    if (options?.cause !== undefined) defineHiddenCause(this, options.cause);
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether the value is an `LlmError`, including one of another installed copy of core. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isLlmError(value);
  }

  /**
   * Whether the value is an `LlmError` of one of the kinds, or of any kind if none is given. An `exhausted` error matches
   * if the errors of all its attempts match.
   */
  static is(value: unknown, ...kinds: readonly ErrorKind[]): value is LlmError {
    return isOfKind(value, kinds);
  }

  // Node calls this method in `console.error`, but not for an uncaught error.
  static {
    Object.defineProperty(this.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: LlmError, depth: number) {
        return inspectError(this, Reflect.get(this, CALLED_AT) as readonly string[] | undefined, depth);
      },
    });
  }

  /** Returns the members of the error for logs, without stack and cause. */
  toJSON(): object {
    const { recover: _function, ...details } = this.details;
    return { name: this.name, kind: this.kind, message: this.message, ...details };
  }
}

/** Defines a writable `cause` whose value Node does not print for an uncaught error. */
function defineHiddenCause(error: LlmError, initial: unknown): void {
  let current = initial;
  Object.defineProperty(error, 'cause', {
    get: () => current,
    set(value: unknown) {
      current = value;
    },
    configurable: true,
  });
}

const isLlmError = (value: unknown): value is LlmError =>
  typeof value === 'object' && value !== null && BRAND in value;

const NAMES: Readonly<Record<keyof ErrorDetails, true>> = {
  target: true,
  status: true,
  code: true,
  requestId: true,
  publicMessage: true,
  retryAfterMs: true,
  shouldRetry: true,
  attempts: true,
  partial: true,
  issues: true,
  path: true,
  body: true,
  phase: true,
  vectors: true,
  recover: true,
};

/**
 * Returns complete details. Members without a value, and `vectors`, are not enumerable, so that logs omit them. Node prints an
 * uncaught error with all values up to a depth of five, which can be hundreds of lines. It prints no getter, so long values are
 * getters.
 */
function completeDetails(details: Partial<ErrorDetails>): ErrorDetails {
  const all: Partial<ErrorDetails> = {};
  for (const name of Object.keys(NAMES) as (keyof ErrorDetails)[]) {
    const value = details[name] ?? (name === 'attempts' ? [] : undefined);
    const enumerable = value !== undefined && name !== 'vectors';
    Object.defineProperty(
      all,
      name,
      isOneLine(value) ? { value, enumerable } : { get: () => value, enumerable },
    );
  }
  return all as ErrorDetails;
}

const MAX_PRINTED_CHARACTERS = 300;

/** Whether Node prints a value of an uncaught error in one line. */
function isOneLine(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= MAX_PRINTED_CHARACTERS && !value.includes('\n');
  return typeof value !== 'object' || (Array.isArray(value) && value.length === 0);
}

function isOfKind(value: unknown, kinds: readonly ErrorKind[]): value is LlmError {
  if (!isLlmError(value)) return false;
  if (kinds.length === 0 || kinds.includes(value.kind)) return true;
  const { attempts } = value.details;
  return (
    value.kind === 'exhausted' && attempts.length > 0 && attempts.every(({ error }) => isOfKind(error, kinds))
  );
}

/** Returns a copy of the error with other details and the same stack and cause. */
export function withDetails(
  error: LlmError,
  details: Partial<ErrorDetails>,
  message: string = error.message,
): LlmError {
  // `vectors` is not enumerable. Every other member without an enumerable value is `undefined`.
  const all = { ...error.details, vectors: error.details.vectors, ...details };
  const copy = new LlmError(error.kind, message, all, { cause: error.cause });
  if (error.stack !== undefined) copy.stack = error.stack.replace(error.message, () => message);
  const frames: unknown = Reflect.get(error, CALLED_AT);
  if (frames !== undefined) Object.defineProperty(copy, CALLED_AT, { value: frames });
  return copy;
}

/** Category of a failure. The kind determines what the application can do about the failure. */
export type ErrorKind =
  /** Invalid spec, provider, DSN or option (nothing was sent), or an exception of a schema's validator. */
  | 'config'
  /** Abort by the caller's signal, or a stream that the caller left (`code: 'abandoned'`). */
  | 'aborted'
  /** Invalid request, as determined by core or by the vendor. */
  | 'invalid-request'
  /** Size (`code: 'too-large'`) or part of the request, such as media, that the target does not support. */
  | 'unsupported'
  /** Missing or rejected key, or an expired login (`code: 'login-required'`). */
  | 'auth'
  /** Account without a valid payment. */
  | 'billing'
  /** Denial by a gate. */
  | 'denied'
  /** Model that does not exist or is not available to the account. */
  | 'not-found'
  /** Conversation that exceeds the context of the model. */
  | 'context-overflow'
  /** Request that the vendor blocked before any content, or object that the model refused to generate. */
  | 'content-filter'
  /** Quota that is used up until a date, or permanently. */
  | 'quota'
  /** Too many requests; see `details.retryAfterMs`. */
  | 'rate-limit'
  /** Lack of capacity at the vendor. */
  | 'overloaded'
  /** Failure of the vendor, or of a resolver of the application (`code: 'resolver-failed'`). */
  | 'server'
  /** Time limit that was exceeded; see `details.phase`. */
  | 'timeout'
  /** Connection that could not be established or was lost. */
  | 'network'
  /** Response that does not follow the vendor's API; see `details.path`. */
  | 'protocol'
  /** Response that ended without its finish event, or before an object was complete. */
  | 'truncated'
  /** Response that finished without content. */
  | 'empty'
  /** Value that does not fit the schema; see `details.issues`. */
  | 'invalid-output'
  /** Failure of all targets of a chain; see `details.attempts`. */
  | 'exhausted';
