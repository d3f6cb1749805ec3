import { inspectError } from './inspect-error.ts';
import type { AssistantPart } from './messages.ts';
import type { ModelRequest } from './request.ts';
import type { Usage } from './usage.ts';

/**
 * What may help after a refusal: the chain re-attempts the same target at once with the changed request, each `id`
 * once a call. `remember`: later calls to that target are sent changed from the start.
 */
export interface Recovery {
  readonly id: string;
  /** For the warning, such as `temperature dropped`. */
  readonly what: string;
  /** The changed request; it must not change the one that it is given. */
  apply(request: ModelRequest): ModelRequest;
  readonly delivery?: 'complete' | undefined;
  readonly remember?: boolean | undefined;
  /** It changes the key, and not the request: it is not counted among the few recoveries of a call. */
  readonly changesCredential?: boolean | undefined;
  /** Of a remembered one: would this request be refused without it? Default: every request would. */
  isNeededFor?(request: ModelRequest): boolean;
}

/** One thing that is wrong with a value, and where. */
export interface ErrorIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What is known of an error; `undefined` where nothing is. */
export interface ErrorDetails {
  /** `provider/model`. */
  readonly target: string | undefined;
  /** Of HTTP. */
  readonly status: number | undefined;
  /** The wire's own code, or one of ours such as `abandoned`, `login-required`, `suppressed`, `too-large`. */
  readonly code: string | undefined;
  /** The vendor's id of the request, for its support. */
  readonly requestId: string | undefined;
  /** How long the vendor asks to wait; for `exhausted`, when the first target comes back. */
  readonly retryAfterMs: number | undefined;
  /** `false`: the vendor says that the same request will not fare better (`x-should-retry`); the next target may. */
  readonly shouldRetry: boolean | undefined;
  /** Every attempt of the call, in order. */
  readonly attempts: readonly Attempt[];
  /** What had arrived before the failure. */
  readonly partial: PartialResponse | undefined;
  /** What a validator found, or where a drifted response is wrong. */
  readonly issues: readonly ErrorIssue[] | undefined;
  /** Where a response (kind `protocol`) or a request part is wrong, such as `choices[0].message`. */
  readonly path: string | undefined;
  /** The vendor's answer, cut and without secrets. */
  readonly body: string | undefined;
  /** Which timer ended the attempt. */
  readonly phase: 'connect' | 'first-content' | 'idle' | 'slow' | 'complete' | 'total' | undefined;
  /** Of an embedding call that failed in part: the vectors that came, in the order of the values. Not in logs. */
  readonly vectors: readonly (Float32Array | undefined)[] | undefined;
  /** A changed request that may succeed; for the chain. */
  readonly recover: Recovery | undefined;
}

/** One try of one target, or why it was passed over. */
export interface Attempt {
  readonly target: string;
  readonly outcome: 'finished' | 'failed' | 'abandoned' | 'skipped';
  /** For a skipped target the error that benched or ruled it out. */
  readonly error: LlmError | undefined;
  readonly usage: Usage | undefined;
  /** Milliseconds from the attempt's start to its end; 0 when skipped. */
  readonly ms: number;
  /**
   * Whether majordomo ended the attempt after it had called the provider: an abort, a timeout, a reader that left, or a
   * hedge that lost. The vendor may bill for what it read.
   */
  readonly stopped?: true | undefined;
  /** Whose prices and conventions hold, as the provider says. */
  readonly vendor?: string | undefined;
  /** The model's id, without the provider. */
  readonly model?: string | undefined;
  /** How the provider's calls are paid where no price applies. */
  readonly billing?: Billing | undefined;
  /** The innermost alias or resolver's name that led to the target. */
  readonly name?: string | undefined;
}

/** `included`: paid otherwise, such as by a subscription or own hardware. */
export type Billing = 'metered' | 'included';

/** What had arrived when an attempt failed. */
export interface PartialResponse {
  /** The vendor's id of the response. */
  readonly id: string | undefined;
  /** `provider/model` that was answering. */
  readonly target: string;
  readonly parts: readonly AssistantPart[];
  /** All text parts, joined. */
  readonly text: string;
  readonly usage: Usage | undefined;
}

/** Frames of the app, on an error that left a call. */
export const CALLED_AT: unique symbol = Symbol.for('majordomo.calledAt');

const BRAND = Symbol.for('majordomo.LlmError');

/** The one error of this library. What to do about it is in `kind`; what is known of it in `details`. */
export class LlmError extends Error {
  override readonly name: string = 'LlmError';
  /** What went wrong, by what the caller can do about it; `exhausted` when every target of a chain failed. */
  readonly kind: ErrorKind;
  /** All that is known: target, status, attempts, what had arrived. */
  readonly details: ErrorDetails;

  constructor(
    kind: ErrorKind,
    message: string,
    details: Partial<ErrorDetails> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : options);
    this.kind = kind;
    this.details = listed(details);
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** `instanceof` holds across two installed copies of core too; `LlmError.is` asks for the kind as well. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isLlmError(value);
  }

  /**
   * True for an LlmError of one of these kinds (of any, when none is named), or for an `exhausted` one whose every
   * attempt is.
   */
  static is(value: unknown, ...kinds: readonly ErrorKind[]): value is LlmError {
    return isOfKind(value, kinds);
  }

  // What `console.error` shows, and Node where nobody catches it.
  static {
    Object.defineProperty(this.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: LlmError, depth: number) {
        return inspectError(this, Reflect.get(this, CALLED_AT) as readonly string[] | undefined, depth);
      },
    });
  }

  /** For logs: no stack, no cause. */
  toJSON(): object {
    const { recover: _function, ...details } = this.details;
    return { name: this.name, kind: this.kind, message: this.message, ...details };
  }
}

const isLlmError = (value: unknown): value is LlmError =>
  typeof value === 'object' && value !== null && BRAND in value;

const NAMES: Readonly<Record<keyof ErrorDetails, true>> = {
  target: true,
  status: true,
  code: true,
  requestId: true,
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
 * All are there, but what is unknown is not listed, and vectors are not: they would stand wherever the error is shown.
 */
function listed(details: Partial<ErrorDetails>): ErrorDetails {
  const all: Partial<ErrorDetails> = {};
  for (const name of Object.keys(NAMES) as (keyof ErrorDetails)[]) {
    const value = details[name] ?? (name === 'attempts' ? [] : undefined);
    Object.defineProperty(all, name, { value, enumerable: value !== undefined && name !== 'vectors' });
  }
  return all as ErrorDetails;
}

function isOfKind(value: unknown, kinds: readonly ErrorKind[]): value is LlmError {
  if (!isLlmError(value)) return false;
  if (kinds.length === 0 || kinds.includes(value.kind)) return true;
  const { attempts } = value.details;
  return (
    value.kind === 'exhausted' && attempts.length > 0 && attempts.every(({ error }) => isOfKind(error, kinds))
  );
}

/** The same error with more known about it; stack and cause stay. */
export function withDetails(error: LlmError, details: Partial<ErrorDetails>): LlmError {
  const copy = new LlmError(
    error.kind,
    error.message,
    { ...error.details, ...details },
    { cause: error.cause },
  );
  if (error.stack !== undefined) copy.stack = error.stack;
  const frames: unknown = Reflect.get(error, CALLED_AT);
  if (frames !== undefined) Object.defineProperty(copy, CALLED_AT, { value: frames });
  return copy;
}

/** The closed set of things that can go wrong, by what the caller can do about it. */
export type ErrorKind =
  | 'config'
  | 'aborted'
  | 'invalid-request'
  | 'unsupported'
  | 'auth'
  | 'billing'
  | 'denied'
  | 'not-found'
  | 'context-overflow'
  | 'content-filter'
  | 'quota'
  | 'rate-limit'
  | 'overloaded'
  | 'server'
  | 'timeout'
  | 'network'
  | 'protocol'
  | 'truncated'
  | 'empty'
  | 'invalid-output'
  | 'exhausted';
