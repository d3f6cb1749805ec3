import { LlmError, type Attempt } from '@majordomo/core';
import { redact } from '@majordomo/core/toolkit';
import { GATEWAY_FAILED, Refusal } from './refusal.ts';

/** Kinds about the request itself: the vendor's message describes what the client has to change. */
const REQUEST_KINDS: readonly string[] = [
  'invalid-request',
  'unsupported',
  'context-overflow',
  'content-filter',
  'denied',
];

/** Messages for the other kinds. Vendors' messages name addresses and accounts, which are not for clients. */
const MESSAGES: Readonly<Partial<Record<LlmError['kind'], string>>> = {
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

/** Kinds that only the operator can resolve. */
const OPERATOR_KINDS: readonly LlmError['kind'][] = ['config', 'auth', 'billing', 'not-found'];

const NO_KEY = 'the gateway has no key for the vendor; its operator sees why';

/** Converts anything that a call threw to what its client may read. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!LlmError.is(error)) return new Refusal('config', GATEWAY_FAILED);
  const reported = reportedError(error);
  const { kind, message, details } = reported;
  const retryAfterMs = error.details.retryAfterMs ?? details.retryAfterMs;
  if (isPermanentDenial(reported)) return new Refusal('not-allowed', redact(message));
  return new Refusal(kind, REQUEST_KINDS.includes(kind) ? redact(message) : messageFor(kind, details.code), {
    retryAfterMs,
    path: kind === 'invalid-request' ? details.path : undefined,
  });
}

const messageFor = (kind: LlmError['kind'], code: string | undefined): string =>
  code === 'missing-key' ? NO_KEY : (MESSAGES[kind] ?? 'the call failed');

/**
 * Returns the error of a chain that the client can act on. An overloaded target is reported before one that is not set up or
 * cannot take the request, because a client gives up after those.
 */
function reportedError(error: LlmError): LlmError {
  if (error.kind !== 'exhausted' && !isForOperator(error)) return error;
  const { attempts } = error.details;
  const all = errorsOf(attempts);
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

/** Whether neither the request nor the configuration has to change. */
const isTransient = (error: LlmError): boolean =>
  !isForOperator(error) && !REQUEST_KINDS.includes(error.kind);

/** Whether a gate denied the call without a time to wait, because of a limit or because the gate failed. */
const isDeniedWithoutEnd = ({ kind, details }: LlmError): boolean =>
  kind === 'denied' && details.retryAfterMs === undefined;

/** A gate that failed has a cause, and may work again. */
const isPermanentDenial = (error: LlmError): boolean =>
  isDeniedWithoutEnd(error) && error.cause === undefined;

const isForOperator = ({ kind }: LlmError): boolean => OPERATOR_KINDS.includes(kind);

/** Whether a call failed for a reason that only the operator can resolve. */
export const concernsOperator = (error: LlmError): boolean =>
  isForOperator(error) ||
  isDeniedWithoutEnd(error) ||
  error.details.attempts.some((attempt) => attempt.error !== undefined && isForOperator(attempt.error));
