import { LlmError } from '@majordomo/core';
import { redact } from '@majordomo/core/toolkit';
import { Refusal, type RefusalKind } from './refusal.ts';

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
const OUTAGE_RETRY_MS = 5000;

/** Returns the refusal for a denial by the ledger, or `undefined` for any other error. */
export function denialRefusal({ kind, message, details }: LlmError): Refusal | undefined {
  const { publicMessage = redact(message), retryAfterMs, code } = details;
  let refusalKind = kind === 'denied' ? KINDS.get(code) : undefined;
  if (refusalKind === undefined) return undefined;
  // Without a retry time, the limit never resets, so the client must not retry.
  if (refusalKind === 'rate-limit' && retryAfterMs === undefined) refusalKind = 'not-allowed';
  return new Refusal(refusalKind, publicMessage, {
    path: refusalKind === 'over-limit' ? 'max_tokens' : undefined,
    retryAfterMs: refusalKind === 'unavailable' ? OUTAGE_RETRY_MS : retryAfterMs,
  });
}

/** Returns whether the operator can resolve a denial. Returns `undefined` if the ledger did not issue the denial. */
export const denialConcernsOperator = ({ kind, details }: LlmError): boolean | undefined =>
  kind === 'denied' && KINDS.has(details.code) ? FOR_OPERATOR.includes(details.code) : undefined;

/** Returns the refusal for an error of a key store that does not respond, or `undefined` for any other error of `authorize`. */
export function keyStoreRefusal(cause: unknown): Refusal | undefined {
  if (!LlmError.is(cause) || cause.details.code !== 'key-store-down') return undefined;
  const message = 'the gateway cannot check keys at the moment; retry later';
  return new Refusal('unavailable', message, { retryAfterMs: OUTAGE_RETRY_MS }, { cause });
}
