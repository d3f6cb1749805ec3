import type { CallInfo } from '@majordomo/core';
import type { LimitState } from '@majordomo/ledger';
import type { RankedTarget } from './ranked-target.ts';

const DAY_MS = 86_400_000;
const SPENT_PENALTY = -20;
/** Penalties for a limit that will be used up before it resets, by the number of days until it is used up. */
const RUNNING_OUT_PENALTIES = [
  { days: 1, part: -12.5 },
  { days: 3, part: -7.5 },
  { days: 7, part: -3.75 },
] as const;
/** Share of a limit above which its used and reserved amounts cause a penalty. */
const MOSTLY_USED = 0.8;
const MAX_USED_PENALTY = -5;

/** Returns the largest penalty of the limits that an attempt at this target counts toward. */
export function limitPenalty(
  subject: RankedTarget,
  call: CallInfo | undefined,
  states: readonly LimitState[],
  now: number,
): number {
  const relevant = states.filter((state) => countsTowards(state, subject, call));
  return Math.min(0, ...relevant.map((state) => penaltyOf(state, now)));
}

function penaltyOf({ used, held, left, emptyAt, resetsAt = Infinity }: LimitState, now: number): number {
  if (left <= 0n) return SPENT_PENALTY;
  const share = Number(used + held) / Number(used + held + left);
  const nearlyUsed = MAX_USED_PENALTY * Math.max(0, (share - MOSTLY_USED) / (1 - MOSTLY_USED));
  const days = emptyAt === undefined || emptyAt >= resetsAt ? Infinity : (emptyAt - now) / DAY_MS;
  const runningOut = RUNNING_OUT_PENALTIES.filter((each) => days <= each.days).map(({ part }) => part);
  return Math.min(nearlyUsed, ...runningOut);
}

/** Whether an attempt of this call at this target counts toward the limit. */
function countsTowards(
  { limit, key }: LimitState,
  subject: RankedTarget,
  call: CallInfo | undefined,
): boolean {
  // A call that a plan includes costs nothing, but it uses tokens and requests.
  if (subject.billing === 'included' && 'usd' in limit.max) return false;
  const { tenant, vendor, provider, target } = limit.where ?? {};
  const values = valuesOf(subject, call);
  return (
    includes(tenant, call?.tenant) &&
    includes(vendor, subject.vendor) &&
    includes(provider, values('provider')) &&
    includes(target, subject.target) &&
    (key === '' || pairsOf(key).every(([name, value]) => values(name) === value))
  );
}

const includes = (list: readonly string[] | undefined, value: string | undefined): boolean =>
  list === undefined || (value !== undefined && list.includes(value));

/** Parses a key such as `tenant=acme,provider=openai`, whose names and values are percent-encoded. */
const pairsOf = (key: string): readonly (readonly [string, string])[] =>
  key.split(',').map((pair) => {
    const end = pair.indexOf('=');
    return [decodeURIComponent(pair.slice(0, end)), decodeURIComponent(pair.slice(end + 1))] as const;
  });

const valuesOf =
  ({ target, vendor }: RankedTarget, call: CallInfo | undefined) =>
  (name: string): string => {
    switch (name) {
      case 'tenant':
        return call?.tenant ?? '';
      case 'vendor':
        return vendor ?? '';
      case 'provider':
        return target.slice(0, target.indexOf('/'));
      case 'target':
        return target;
      default:
        return plain(call?.metadata[name]);
    }
  };

/** Returns a metadata value as a string; `''` for objects. */
const plain = (value: unknown): string =>
  ['string', 'number', 'boolean', 'bigint'].includes(typeof value) ? String(value) : '';
