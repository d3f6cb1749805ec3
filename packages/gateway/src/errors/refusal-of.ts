import { LlmError, type Attempt } from '@majordomo/core';
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

/** What only the operator can mend. */
const OPERATORS: readonly LlmError['kind'][] = ['config', 'auth', 'billing', 'not-found'];

const NO_KEY = 'the gateway has no key for the vendor; its operator sees why';

/** Anything that a call threw, as a client may hear of it. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!LlmError.is(error)) return new Refusal('config', GATEWAY_FAILED);
  const { kind, message, details } = telling(error);
  const retryAfterMs = error.details.retryAfterMs ?? details.retryAfterMs;
  const said = TOLD.includes(kind) ? redact(message) : saidOf(kind, details.code);
  return new Refusal(kind, said, {
    retryAfterMs,
    path: kind === 'invalid-request' ? details.path : undefined,
  });
}

const saidOf = (kind: LlmError['kind'], code: string | undefined): string =>
  code === 'missing-key' ? NO_KEY : (SAID[kind] ?? 'the call failed');

/**
 * Of a chain, what the last target said that a client can do something about: one that is overloaded may be asked again,
 * also where the next one is not set up, or cannot take the request. Told of that one, a client would give up.
 */
function telling(error: LlmError): LlmError {
  if (error.kind !== 'exhausted' && !isOperators(error)) return error;
  const { attempts } = error.details;
  const all = errorsOf(attempts);
  const tried = errorsOf(attempts.filter(({ outcome }) => outcome !== 'skipped'));
  return (
    tried.findLast(isForNow) ??
    all.findLast(isForNow) ??
    tried.findLast((each) => !isOperators(each)) ??
    tried.at(-1) ??
    all.at(-1) ??
    error
  );
}

const errorsOf = (attempts: readonly Attempt[]): readonly LlmError[] =>
  attempts.flatMap((attempt) => attempt.error ?? []);

/** Neither the request nor the set-up has to change. */
const isForNow = (error: LlmError): boolean => !isOperators(error) && !TOLD.includes(error.kind);

const isOperators = ({ kind }: LlmError): boolean => OPERATORS.includes(kind);

/** Did a target fail by what only the operator can mend? Its client reads no more than that, or of another target. */
export const concernsOperator = (error: LlmError): boolean =>
  isOperators(error) || error.details.attempts.some((attempt) => attempt.error && isOperators(attempt.error));
