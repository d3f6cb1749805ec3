import type { ErrorKind } from '@majordomo/core';

/** Kinds of refused requests: those of calls, and those of the gateway. */
export type RefusalKind =
  | ErrorKind
  | 'unauthorized'
  | 'forbidden'
  | 'no-such-model'
  | 'no-such-route'
  | 'wrong-method'
  | 'busy'
  /** A gate denied the call, and waiting does not change that. */
  | 'not-allowed'
  | 'too-large';

/** Message for failures that clients cannot change and need not know. */
export const GATEWAY_FAILED = 'the gateway failed; its operator sees why';

/** Reason for which a request is refused, independent of the wire. Only its cause is secret. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly kind: RefusalKind;
  /** Path of the invalid member of the request. */
  readonly path: string | undefined;
  /** Error code of the wire, if its clients need more than the kind. */
  readonly code: string | undefined;
  /** Time after which a retry makes sense, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Methods of the path, for the `allow` header. */
  readonly allow: string | undefined;

  constructor(
    kind: RefusalKind,
    message: string,
    known: Partial<Pick<Refusal, 'path' | 'code' | 'retryAfterMs' | 'allow'>> = {},
    /** `cause`: the error that the operator receives. */
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
