import { LlmError, type Attempt } from '@majordomo/core';
import { redact } from '@majordomo/core/toolkit';
import { GATEWAY_FAILED, OUTAGE_RETRY_MS, Refusal, storeRefusal, type RefusalKind } from './refusal.ts';

/** Kinds of errors that the request or a gate causes. Clients receive their redacted messages, which state what to change. */
const REQUEST_KINDS: readonly string[] = [
  'invalid-request',
  'unsupported',
  'context-overflow',
  'content-filter',
  'denied',
];

/** Messages for kinds outside `REQUEST_KINDS`, whose own messages may contain a vendor's addresses and accounts. */
const MESSAGES: Readonly<Partial<Record<LlmError['kind'], string>>> = {
  config: 'the gateway is not configured for this model; its operator receives the reason',
  auth: 'the vendor rejected the credentials of the gateway; its operator receives the reason',
  billing: 'the gateway’s account at the vendor has no credit; its operator receives the reason',
  'not-found':
    'the vendor does not have the model behind this name; the operator of the gateway receives the reason',
  aborted: 'the call was aborted',
  quota: 'the quota at the vendor is used up',
  'rate-limit': 'the vendor limits the rate of requests',
  overloaded: 'the vendor is overloaded',
  server: 'the vendor failed',
  timeout: 'the vendor did not respond in time',
  network: 'the vendor could not be reached, or its connection broke',
  protocol: 'the response of the vendor is invalid',
  truncated: 'the response of the vendor is incomplete',
  empty: 'the response of the vendor is empty',
  'invalid-output': 'the response does not match the schema',
  exhausted: 'no target of this model is available',
};

/** Kinds of errors that only the operator can resolve. */
const OPERATOR_KINDS: readonly LlmError['kind'][] = ['config', 'auth', 'billing', 'not-found'];

const NO_KEY = 'the gateway has no key for the vendor; its operator receives the reason';

/** Converts a thrown value to a refusal without secrets. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!LlmError.is(error)) return new Refusal('config', GATEWAY_FAILED);
  const reported = reportedError(error);
  const { kind, message, details } = reported;
  const retryAfterMs = error.details.retryAfterMs ?? details.retryAfterMs;
  const denial = denialRefusal(reported);
  if (denial !== undefined) return denial;
  if (isPermanentDenial(reported)) return new Refusal('not-allowed', redact(message));
  return new Refusal(kind, REQUEST_KINDS.includes(kind) ? redact(message) : messageFor(kind, details.code), {
    retryAfterMs,
    path: kind === 'invalid-request' ? details.path : undefined,
  });
}

const messageFor = (kind: LlmError['kind'], code: string | undefined): string =>
  code === 'missing-key' ? NO_KEY : (MESSAGES[kind] ?? 'the call failed');

/**
 * Returns the error that the client receives for a failed chain. If one target failed temporarily, and another is not configured
 * or cannot accept the request, returns the temporary failure, so that the client retries.
 */
function reportedError(error: LlmError): LlmError {
  if (error.kind !== 'exhausted' && !isForOperator(error)) return error;
  const { attempts } = error.details;
  const all = errorsOf(attempts);
  // A skipped target may have the error of an earlier call that benched it, so the errors of the attempts have precedence.
  const tried = errorsOf(attempts.filter(({ outcome }) => outcome !== 'skipped'));
  return (
    tried.findLast(isTransient) ??
    all.findLast(isTransient) ??
    tried.findLast((each) => !isForOperator(each)) ??
    tried.at(-1) ??
    all.at(-1) ??
    error
  );
}

const errorsOf = (attempts: readonly Attempt[]): readonly LlmError[] =>
  attempts.flatMap((attempt) => attempt.error ?? []);

/** Whether the error may disappear without a change of the request or the configuration. */
const isTransient = (error: LlmError): boolean =>
  !isForOperator(error) && !REQUEST_KINDS.includes(error.kind);

/** Whether a gate denied the call without a retry time. The reason is a limit that never resets, or a failure of the gate. */
const isDeniedWithoutEnd = ({ kind, details }: LlmError): boolean =>
  kind === 'denied' && details.retryAfterMs === undefined;

/** Whether the denial is permanent. A denial with a cause is temporary, because the gate failed and may succeed later. */
const isPermanentDenial = (error: LlmError): boolean =>
  isDeniedWithoutEnd(error) && error.cause === undefined;

const isForOperator = ({ kind }: LlmError): boolean => OPERATOR_KINDS.includes(kind);

/** Whether only the operator can resolve the reason for which a call failed. */
export const concernsOperator = (error: LlmError): boolean =>
  isForOperator(error) ||
  (denialConcernsOperator(error) ?? isDeniedWithoutEnd(error)) ||
  error.details.attempts.some(
    (attempt) =>
      attempt.error !== undefined &&
      (isForOperator(attempt.error) || denialConcernsOperator(attempt.error) === true),
  );

/** Refusal kind of each denial by the ledger, by error code. */
const KINDS: ReadonlyMap<string | undefined, RefusalKind> = new Map<string, RefusalKind>([
  ['budget-spent', 'spent'],
  ['rate-limited', 'rate-limit'],
  ['call-too-large', 'over-limit'],
  ['no-bound', 'over-limit'],
  ['no-price', 'config'],
  ['books-down', 'unavailable'],
]);
/** Error codes of denials that the operator can resolve. */
const FOR_OPERATOR: readonly (string | undefined)[] = ['no-bound', 'no-price', 'books-down'];

/** Returns the refusal for a denial by the ledger, or `undefined` for any other error. */
function denialRefusal({ kind, message, details }: LlmError): Refusal | undefined {
  const { publicMessage = redact(message), retryAfterMs, code } = details;
  let refusalKind = kind === 'denied' ? KINDS.get(code) : undefined;
  if (refusalKind === undefined) return undefined;
  // Without a retry time, the limit never resets, so the client must not retry.
  if (refusalKind === 'rate-limit' && retryAfterMs === undefined) refusalKind = 'not-allowed';
  return new Refusal(refusalKind, publicMessage, {
    // The request is too large for a limit, or its cost has no bound. A lower `max_tokens` resolves both.
    path: refusalKind === 'over-limit' ? 'max_tokens' : undefined,
    retryAfterMs: refusalKind === 'unavailable' ? OUTAGE_RETRY_MS : retryAfterMs,
  });
}

/** Returns whether the operator can resolve a denial. Returns `undefined` if the ledger did not issue the denial. */
const denialConcernsOperator = ({ kind, details }: LlmError): boolean | undefined =>
  kind === 'denied' && KINDS.has(details.code) ? FOR_OPERATOR.includes(details.code) : undefined;

/** Returns the refusal for an error of a key store that does not respond, or `undefined` for any other error of `authorize`. */
export function keyStoreRefusal(cause: unknown): Refusal | undefined {
  if (!LlmError.is(cause) || cause.details.code !== 'key-store-down') return undefined;
  return storeRefusal('check keys', cause);
}
