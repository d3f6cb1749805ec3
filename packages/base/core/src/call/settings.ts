import { mergePolicies } from '../errors/policy.ts';
import type { ChainOptions, PolicyOverrides, TargetOrder, Timeouts } from '../types/call-options.ts';
import type { ErrorKind, LlmError } from '../types/llm-error.ts';
import { mergeTimeouts } from '../util/options.ts';
import { orInfinity, type Pace } from './timers.ts';

/** Options of a chain, with all defaults. */
export interface ChainSettings {
  readonly attempts: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  readonly retryAfterCapMs: number;
  readonly timeouts: Timeouts;
  readonly policy: PolicyOverrides;
  readonly afterCommit: 'error' | 'restart' | 'continue';
  /** Time without content after which a second target is tried, in milliseconds. `Infinity` disables the second attempt. */
  readonly hedgeAfterMs: number;
  readonly pace: Pace | undefined;
  readonly whenAllBenched: 'fail' | 'probe' | 'try-soonest' | 'wait';
  readonly classify: ((error: LlmError) => ErrorKind | undefined) | undefined;
  readonly order: TargetOrder | undefined;
}

/** Returns the options of a majordomo (`general`), overridden by those of a call (`own`). Policies are merged member by member. */
export function chainSettings(general: ChainOptions = {}, own: ChainOptions = {}): ChainSettings {
  return {
    attempts: own.attempts ?? general.attempts ?? 2,
    backoffBaseMs: own.backoff?.baseMs ?? general.backoff?.baseMs ?? 100,
    backoffCapMs: own.backoff?.capMs ?? general.backoff?.capMs ?? 8000,
    retryAfterCapMs: own.retryAfterCapMs ?? general.retryAfterCapMs ?? 20_000,
    timeouts: mergeTimeouts(general.timeouts, own.timeouts),
    policy: mergePolicies(general.policy, own.policy),
    afterCommit: own.afterCommit ?? general.afterCommit ?? 'error',
    hedgeAfterMs: orInfinity(own.hedgeAfterMs ?? general.hedgeAfterMs ?? 0),
    pace: paceOf(
      own.leastCharsPerSecond ?? general.leastCharsPerSecond,
      own.slowWindowMs ?? general.slowWindowMs,
    ),
    whenAllBenched: own.whenAllBenched ?? general.whenAllBenched ?? 'probe',
    classify: own.classify ?? general.classify,
    order: own.order ?? general.order,
  };
}

const paceOf = (charsPerSecond = 0, windowMs = 10_000): Pace | undefined =>
  charsPerSecond > 0 && windowMs > 0 ? { charsPerSecond, windowMs } : undefined;

/** Returns the maximum time for which events wait until the caller reads them, in milliseconds; `Infinity` for no limit. */
export const unreadMsOf = ({ unreadMs = 300_000 }: Timeouts): number => orInfinity(unreadMs);
