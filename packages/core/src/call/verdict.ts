import type { LlmError } from '../contract/llm-error.ts';
import { decisionFor } from '../error/policy.ts';
import { CREDENTIAL_BENCHED } from './benched-error.ts';
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
    // One that cannot start before the deadline would be in vain.
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
