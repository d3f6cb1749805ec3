import type { ErrorKind } from '@majordomo/core';

/** What is wrong with a request, beyond what can be wrong with a call. */
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

/** Of what its clients cannot change, nor have to know. */
export const GATEWAY_FAILED = 'the gateway failed; its operator sees why';

/** Why there is no answer, in no wire's words: nothing but its cause is secret. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly kind: RefusalKind;
  /** Of the member of the request that is wrong. */
  readonly path: string | undefined;
  /** Of the wire, where its clients look for more than our kind. */
  readonly code: string | undefined;
  /** When asking again makes sense. */
  readonly retryAfterMs: number | undefined;
  /** Methods that the address takes, as the header of this name lists them. */
  readonly allow: string | undefined;

  constructor(
    kind: RefusalKind,
    message: string,
    known: Partial<Pick<Refusal, 'path' | 'code' | 'retryAfterMs' | 'allow'>> = {},
    /** `cause`: what the operator hears of instead. */
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
