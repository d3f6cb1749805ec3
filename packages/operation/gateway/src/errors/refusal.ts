import type { ErrorKind } from '@majordomo/core';
import { abortable, invoke } from '@majordomo/core/toolkit';

/** Kinds of refusals: the error kinds of calls, and kinds that only the gateway uses. */
export type RefusalKind =
  | ErrorKind
  | 'unauthorized'
  | 'forbidden'
  | 'no-such-model'
  | 'no-such-route'
  /** Request that names a response or item that is not stored. */
  | 'no-such-object'
  | 'wrong-method'
  | 'busy'
  /** Denial by a gate because of a limit that does not reset with time. */
  | 'not-allowed'
  /** Budget that is used up. */
  | 'spent'
  /** Single request that exceeds a limit. */
  | 'over-limit'
  /** Store of the gateway that does not respond. */
  | 'unavailable'
  | 'too-large';

/** Message for failures that clients cannot resolve. */
export const GATEWAY_FAILED = 'the gateway failed; its operator receives the reason';

/** Error for a refused request. Each wire has a separate format for it. All members except the cause may reach clients. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly kind: RefusalKind;
  /** Path of the invalid member of the request. */
  readonly path: string | undefined;
  /** Error code for the client. It is more specific than `kind`. */
  readonly code: string | undefined;
  /** Time after which the client may retry, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Methods that the path allows, for the `allow` header. */
  readonly allow: string | undefined;

  constructor(
    kind: RefusalKind,
    message: string,
    known: Partial<Pick<Refusal, 'path' | 'code' | 'retryAfterMs' | 'allow'>> = {},
    /** `cause`: error that only the operator receives. */
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.kind = kind;
    this.path = known.path;
    this.code = known.code;
    this.retryAfterMs = known.retryAfterMs;
    this.allow = known.allow;
  }
}

/** Time after which a client may repeat a request for which a store of the gateway did not respond, in milliseconds. */
export const OUTAGE_RETRY_MS = 5000;

/** Returns the refusal of a request whose work with a store of the gateway failed: the cause itself if it is a refusal. */
export function storeRefusal(action: string, cause: unknown): Refusal {
  if (cause instanceof Refusal) return cause;
  const message = `the gateway cannot ${action} at the moment; retry later`;
  return new Refusal('unavailable', message, { retryAfterMs: OUTAGE_RETRY_MS }, { cause });
}

/** Returns the result of the work. Throws an `aborted` refusal if the client disconnects before the work has ended. */
export const whileConnected = <T>(work: () => T | PromiseLike<T>, signal: AbortSignal): Promise<T> =>
  abortable(Promise.resolve(invoke(work)), signal).catch((cause: unknown) => {
    throw signal.aborted ? new Refusal('aborted', 'the client closed the connection') : cause;
  });
