import { LlmError } from '@majordomo/core';
import { redact } from '@majordomo/core/provider';
import { GATEWAY_FAILED, Refusal } from '../refusal.ts';

/** About the request itself: the vendor's words tell the client what to change. */
const TOLD: readonly string[] = [
  'invalid-request',
  'unsupported',
  'context-overflow',
  'content-filter',
  'denied',
];

/** About what stands behind the gateway: addresses and accounts that are no business of its clients. */
const SAID: Readonly<Partial<Record<LlmError['kind'], string>>> = {
  config: 'the gateway is not set up for this model; its operator sees why',
  auth: 'the gateway could not log in to the vendor; its operator sees why',
  billing: 'the gateway’s account at the vendor cannot pay; its operator sees why',
  'not-found': 'the vendor does not know the model behind this name; the operator of the gateway sees why',
  aborted: 'the call was ended',
  quota: 'the quota at the vendor is used up',
  'rate-limit': 'the vendor asks for fewer requests',
  overloaded: 'the vendor is overloaded',
  server: 'the vendor failed',
  timeout: 'the vendor did not answer in time',
  network: 'the vendor could not be reached, or its connection broke',
  protocol: 'the vendor’s answer could not be read',
  truncated: 'the vendor’s answer broke off',
  empty: 'the vendor answered with nothing',
  'invalid-output': 'the answer does not fit the schema',
  exhausted: 'no target of this model is available',
};

/** Anything that a call threw, as a client may hear of it. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!LlmError.is(error)) return new Refusal('config', GATEWAY_FAILED);
  const { kind, message, details } = telling(error);
  const retryAfterMs = error.details.retryAfterMs ?? details.retryAfterMs;
  const said = TOLD.includes(kind) ? redact(message) : (SAID[kind] ?? 'the call failed');
  return new Refusal(kind, said, {
    retryAfterMs,
    path: kind === 'invalid-request' ? details.path : undefined,
  });
}

/** Of a chain that has no target left: what the last one said. */
function telling(error: LlmError): LlmError {
  if (error.kind !== 'exhausted') return error;
  const tried = error.details.attempts.filter(({ outcome }) => outcome !== 'skipped');
  return (tried.at(-1) ?? error.details.attempts.at(-1))?.error ?? error;
}
