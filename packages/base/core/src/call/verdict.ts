import { decisionFor } from '../errors/policy.ts';
import { type Bench, END_OF_TIME } from '../health/tracker.ts';
import { type Attempt, LlmError } from '../types/llm-error.ts';
import type { ChainSettings } from './settings.ts';

/** Decision of a call after a failed attempt. */
export type Verdict =
  /** Changes the request as the provider suggests, and sends it to the same target at once. */
  | { readonly type: 'recover' }
  | { readonly type: 'retry'; readonly delayMs: number }
  | { readonly type: 'advance' }
  | { readonly type: 'throw' };

/** Facts about a failed attempt that the verdict depends on. */
export interface FailureFacts {
  readonly error: LlmError;
  /** Number of requests to this target so far, excluding those that followed a recovery. */
  readonly tries: number;
  /** Whether the caller has read content that must not be replaced. */
  readonly isFinal: boolean;
  readonly canRecover: boolean;
  /** Whether the attempt was a probe of the target or of the credential, and failed before its commit. */
  readonly wasProbe: boolean;
  /** Whether a bench prevents the call from contacting the target now. See `HealthClaims.currentBench`. */
  readonly isBenched: boolean;
  /** Time until the call's deadline, in milliseconds. */
  readonly remainingMs: number;
  /** Random number in [0, 1). */
  readonly random: number;
}

/** Applies the policy table to a failed attempt. Has no side effects. */
export function verdictOn(facts: FailureFacts, settings: ChainSettings): Verdict {
  const { error, tries, wasProbe, isBenched, remainingMs } = facts;
  if (error.kind === 'aborted' || error.details.phase === 'total' || facts.isFinal) return { type: 'throw' };
  if (error.details.code === CREDENTIAL_BENCHED) return { type: 'advance' };
  if (facts.canRecover) return { type: 'recover' };
  const row = decisionFor(error.kind, settings.policy);
  const isWorthwhile =
    row.retry && error.details.shouldRetry !== false && !isRetryAfterTooLong(error, settings);
  if (isWorthwhile && !wasProbe && !isBenched && tries < settings.attempts) {
    const delayMs = Math.max(error.details.retryAfterMs ?? 0, backoffMs(tries, facts.random, settings));
    if (delayMs < remainingMs) return { type: 'retry', delayMs };
  }
  return { type: row.advance ? 'advance' : 'throw' };
}

/** Whether the vendor's Retry-After is longer than a call accepts. If so, the call benches the target and does not retry. */
export function isRetryAfterTooLong(error: LlmError, { retryAfterCapMs }: ChainSettings): boolean {
  return (error.details.retryAfterMs ?? 0) > retryAfterCapMs;
}

/** Returns a random part of the exponential backoff in milliseconds, so that calls that fail together do not retry together. */
function backoffMs(tries: number, random: number, { backoffBaseMs, backoffCapMs }: ChainSettings): number {
  return random * Math.min(backoffCapMs, backoffBaseMs * 2 ** (tries - 1));
}

/** Error code of an attempt that sent nothing because its credential is benched. */
export const CREDENTIAL_BENCHED = 'credential-benched';

/**
 * Returns the error of a bench. Its kind is that of the failure that caused the bench, otherwise `overloaded`.
 *
 * @param bench `undefined` if none exists, as for a hedge that is no longer wanted and ignores the error
 * @param isOfCredential whether the credential is benched and not the target. The error then has the code `credential-benched`
 */
export function benchedError(
  target: string,
  bench: Pick<Bench, 'until' | 'error'> | undefined,
  now: number,
  isOfCredential = false,
): LlmError {
  const { until = now, error } = bench ?? {};
  const subject = isOfCredential ? `${target}, with this credential,` : target;
  const reason = error === undefined ? '(manually or by another process)' : `after: ${error.message}`;
  const { status, requestId } = error?.details ?? {};
  const code = isOfCredential ? CREDENTIAL_BENCHED : error?.details.code;
  return new LlmError(
    error?.kind ?? 'overloaded',
    `${subject} is benched ${formatEnd(until)} ${reason}`,
    { target, status, code, requestId, retryAfterMs: Math.max(0, until - now) },
    { cause: error },
  );
}

const formatEnd = (until: number): string =>
  until < END_OF_TIME ? `until ${new Date(until).toISOString()}` : 'indefinitely';

/** Returns the outcome to record for a failed attempt: `skipped`, `abandoned` or `failed`. */
export function outcomeOf({ details: { code } }: LlmError): Attempt['outcome'] {
  if (code === CREDENTIAL_BENCHED) return 'skipped';
  return code === 'abandoned' ? code : 'failed';
}

/** Applies the application's error classifier, and ignores errors that the classifier throws. */
export function reclassified(
  error: LlmError,
  classify: ((error: LlmError) => LlmError['kind'] | undefined) | undefined,
): LlmError {
  try {
    const kind = classify?.(error);
    if (typeof kind !== 'string' || kind === error.kind) return error;
    return new LlmError(kind, error.message, error.details, { cause: error });
  } catch {
    return error;
  }
}

/** Returns the delay before the next attempt at the same target, in milliseconds; `undefined` if no such attempt follows. */
export function retryInMs(verdict: Verdict): number | undefined {
  if (verdict.type === 'retry') return verdict.delayMs;
  return verdict.type === 'recover' ? 0 : undefined;
}
