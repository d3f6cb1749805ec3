import type { Refusal, RefusalKind } from '../errors/refusal.ts';
import type { FormatFailure } from '../wire.ts';

/** HTTP status of each refusal kind, for all wires. */
export const STATUS: Readonly<Record<RefusalKind, number>> = {
  unauthorized: 401,
  forbidden: 403,
  'not-allowed': 403,
  spent: 402,
  'over-limit': 400,
  unavailable: 503,
  'no-such-model': 404,
  'no-such-route': 404,
  'no-such-object': 404,
  'wrong-method': 405,
  busy: 429,
  'too-large': 413,
  'invalid-request': 400,
  unsupported: 400,
  'context-overflow': 400,
  'content-filter': 400,
  denied: 429,
  quota: 429,
  'rate-limit': 429,
  // The status is 502 and not 401, 402 or 404, because another key or model of the client cannot resolve these errors.
  config: 502,
  auth: 502,
  billing: 502,
  'not-found': 502,
  server: 502,
  network: 502,
  protocol: 502,
  truncated: 502,
  empty: 502,
  'invalid-output': 502,
  overloaded: 503,
  exhausted: 503,
  timeout: 504,
  aborted: 499,
};

/** Kinds that a retry may resolve. For other kinds, the headers forbid a retry, because official clients would attempt one. */
const WORTH_RETRYING: readonly RefusalKind[] = [
  'busy',
  'rate-limit',
  'overloaded',
  'exhausted',
  'denied',
  'unavailable',
];
/** Maximum wait of official clients, in milliseconds. If the retry time is longer, the response forbids a retry. */
const LONGEST_WAIT_MS = 60_000;

/** Returns the headers that state whether and when the client should retry. */
export function retryHeaders({ kind, retryAfterMs: knownMs }: Refusal): Record<string, string> {
  const retryAfterMs = knownMs ?? 1000;
  const after = { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
  // The headers state when the budget renews, and forbid the client to wait for it and retry.
  if (kind === 'spent' && knownMs !== undefined) return { ...after, 'x-should-retry': 'false' };
  if (!WORTH_RETRYING.includes(kind)) return { 'x-should-retry': 'false' };
  return retryAfterMs > LONGEST_WAIT_MS ? { ...after, 'x-should-retry': 'false' } : after;
}

/** Returns the response to a refusal in the format of the client's wire. */
export function refusalResponse(refusal: Refusal, failure: FormatFailure): Response {
  const allow = refusal.allow === undefined ? {} : { allow: refusal.allow };
  const headers = { ...retryHeaders(refusal), ...allow };
  return Response.json(failure(refusal), { status: STATUS[refusal.kind], headers });
}
