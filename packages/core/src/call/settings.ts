import type { ChainOptions, PolicyOverrides, Timeouts } from '../types/call-options.ts';
import type { ErrorKind, LlmError } from '../types/llm-error.ts';
import { mergeTimeouts } from '../util/options.ts';
import type { Pace } from './timers.ts';

/** The chain's options with every default in place. */
export interface ChainSettings {
  readonly attempts: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  readonly retryAfterCapMs: number;
  readonly timeouts: Timeouts;
  readonly policy: PolicyOverrides;
  readonly afterCommit: 'error' | 'restart' | 'continue';
  /** `Infinity`: never. */
  readonly hedgeAfterMs: number;
  readonly pace: Pace | undefined;
  readonly whenAllBenched: 'fail' | 'probe' | 'try-soonest' | 'wait';
  readonly classify: ((error: LlmError) => ErrorKind | undefined) | undefined;
}

/** The general settings themselves, when the call changes none of them. */
export function callSettings(
  base: ChainSettings,
  general: ChainOptions | undefined,
  own: ChainOptions | undefined,
): ChainSettings {
  return own === undefined || OWN_FIELDS.every((name) => own[name] === undefined)
    ? base
    : chainSettings(general, own);
}

const OWN_FIELDS: readonly (keyof ChainOptions)[] = [
  'attempts',
  'backoff',
  'retryAfterCapMs',
  'timeouts',
  'policy',
  'afterCommit',
  'hedgeAfterMs',
  'leastCharsPerSecond',
  'slowWindowMs',
  'whenAllBenched',
  'classify',
];

/** `general` are a majordomo's options, `own` those of one call: own fields win, rows of the policy one by one. */
export function chainSettings(general: ChainOptions = {}, own: ChainOptions = {}): ChainSettings {
  return {
    attempts: own.attempts ?? general.attempts ?? 2,
    backoffBaseMs: own.backoff?.baseMs ?? general.backoff?.baseMs ?? 100,
    backoffCapMs: own.backoff?.capMs ?? general.backoff?.capMs ?? 8000,
    retryAfterCapMs: own.retryAfterCapMs ?? general.retryAfterCapMs ?? 20_000,
    timeouts: mergeTimeouts(general.timeouts, own.timeouts),
    policy: { ...general.policy, ...own.policy },
    afterCommit: own.afterCommit ?? general.afterCommit ?? 'error',
    hedgeAfterMs: orNever(own.hedgeAfterMs ?? general.hedgeAfterMs),
    pace: paceOf(
      own.leastCharsPerSecond ?? general.leastCharsPerSecond,
      own.slowWindowMs ?? general.slowWindowMs,
    ),
    whenAllBenched: own.whenAllBenched ?? general.whenAllBenched ?? 'probe',
    classify: own.classify ?? general.classify,
  };
}

const orNever = (ms = 0): number => (ms > 0 ? ms : Infinity);

const paceOf = (charsPerSecond = 0, windowMs = 10_000): Pace | undefined =>
  charsPerSecond > 0 && windowMs > 0 ? { charsPerSecond, windowMs } : undefined;

/** Until when a stream waits for its reader, in ms. */
export const unreadMsOf = ({ unreadMs = 300_000 }: Timeouts): number => orNever(unreadMs);
