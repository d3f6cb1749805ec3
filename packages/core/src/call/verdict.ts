import { decisionFor } from '../errors/policy.ts';
import { type Bench, END_OF_TIME } from '../health/tracker.ts';
import { LlmError } from '../types/llm-error.ts';
import type { ChainSettings } from './settings.ts';

/** What becomes of the call after a failed attempt. */
export type Verdict =
  /** The same target at once, changed as its provider suggests. */
  | { readonly type: 'recover' }
  | { readonly type: 'retry'; readonly delayMs: number }
  | { readonly type: 'advance' }
  | { readonly type: 'throw' };

export interface FailedAttempt {
  readonly error: LlmError;
  /** Attempts at this target so far, recoveries not counted. */
  readonly tries: number;
  /** Has the consumer seen content that it cannot be asked to drop? */
  readonly wasShown: boolean;
  /** Is there a recovery that this call has not used? */
  readonly canRecover: boolean;
  /** Is the target benched by now? */
  readonly isBenched: boolean;
  /** Milliseconds to the call's deadline. */
  readonly remainingMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/** Pure: the policy table applied to one failure. */
export function verdictOn(attempt: FailedAttempt, settings: ChainSettings): Verdict {
  const { error, tries, isBenched, remainingMs } = attempt;
  if (error.kind === 'aborted' || error.details.phase === 'total' || attempt.wasShown)
    return { type: 'throw' };
  if (error.details.code === CREDENTIAL_BENCHED) return { type: 'advance' };
  if (attempt.canRecover) return { type: 'recover' };
  const row = decisionFor(error.kind, settings.policy);
  const mayRetry = row.retry && error.details.shouldRetry !== false;
  if (mayRetry && !isBenched && tries < settings.attempts && !asksTooLong(error, settings)) {
    const delayMs = Math.max(error.details.retryAfterMs ?? 0, jitter(tries, attempt.random, settings));
    // One that cannot start before the deadline would be without success.
    if (delayMs < remainingMs) return { type: 'retry', delayMs };
  }
  return { type: row.advance ? 'advance' : 'throw' };
}

/** A Retry-After that nobody sleeps: the target is benched until then instead. */
export function asksTooLong(error: LlmError, { retryAfterCapMs }: ChainSettings): boolean {
  return (error.details.retryAfterMs ?? 0) > retryAfterCapMs;
}

/** Full jitter: anywhere below the doubled base, so that callers who failed together do not return together. */
function jitter(tries: number, random: number, { backoffBaseMs, backoffCapMs }: ChainSettings): number {
  return random * Math.min(backoffCapMs, backoffBaseMs * 2 ** (tries - 1));
}

/** The code of an attempt that ended before it began, since its credential is benched. */
export const CREDENTIAL_BENCHED = 'credential-benched';

/** Why a benched target is passed over. It keeps the kind of what benched it, so that `LlmError.is` stays true. */
export function benchedError(
  target: string,
  bench: Pick<Bench, 'until' | 'error'> | undefined,
  now: number,
  ownCode?: string,
): LlmError {
  const { until = now, error } = bench ?? {};
  const what = ownCode === undefined ? target : `${target}, with this credential,`;
  const because = error === undefined ? 'by hand or by another process' : `after: ${error.message}`;
  const { status, code, requestId } = error?.details ?? {};
  return new LlmError(
    error?.kind ?? 'overloaded',
    `${what} is benched ${untilWhen(until)} ${because}`,
    { target, status, code: ownCode ?? code, requestId, retryAfterMs: Math.max(0, until - now) },
    { cause: error },
  );
}

const untilWhen = (until: number): string =>
  until < END_OF_TIME ? `until ${new Date(until).toISOString()}` : 'until it is unbenched';
