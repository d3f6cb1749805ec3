import { labelAt, offsetAt } from './calendar.ts';
import type { Limit } from '../contract/limit.ts';

/** Period in epoch milliseconds. `to` is exclusive. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Upper bound of the length of a day or month in milliseconds, also if the zone moves across the date line. */
const MAX_LENGTH_MS = 33 * 86_400_000;

/** Returns the period that contains a time; `undefined` for `ever`. */
export function periodAt(per: Limit['per'], zone: string, at: number): Period | undefined {
  if (per === 'ever') return undefined;
  if (typeof per === 'object') return windowAt(at, per.ms, 0);
  // Most time changes are full hours, so they do not move the starts of minutes and hours.
  if (per === 'minute' || per === 'hour')
    return windowAt(at, per === 'hour' ? HOUR : MINUTE, offsetAt(at, zone));
  const label = labelAt(at, per, zone);
  const isSame = (other: number): boolean => labelAt(other, per, zone) === label;
  const isOther = (other: number): boolean => !isSame(other);
  const [from, to] = likelyEnds(label, per, zone);
  return {
    from: isFirstSecond(isSame, from) ? from : firstSecondWhere(isSame, at - MAX_LENGTH_MS, at),
    to: isFirstSecond(isOther, to) ? to : firstSecondWhere(isOther, at, at + MAX_LENGTH_MS),
  };
}

/** Returns the midnights at which the period begins and ends, which are wrong if the clock changes at midnight. */
function likelyEnds(label: string, per: 'day' | 'month', zone: string): readonly [number, number] {
  const from = new Date(label);
  const to = new Date(label);
  if (per === 'day') to.setUTCDate(to.getUTCDate() + 1);
  else to.setUTCMonth(to.getUTCMonth() + 1);
  return [timeOf(from.getTime(), zone), timeOf(to.getTime(), zone)];
}

/** Returns the time at which a clock of the zone has the time `local`, given as if the zone were UTC. */
const timeOf = (local: number, zone: string): number => local - offsetAt(local - offsetAt(local, zone), zone);

const isFirstSecond = (holds: (at: number) => boolean, at: number): boolean => holds(at) && !holds(at - 1000);

function windowAt(at: number, ms: number, offset: number): Period {
  const from = Math.floor((at + offset) / ms) * ms - offset;
  return { from, to: from + ms };
}

/**
 * Returns the first full second for which the predicate holds. The predicate must be false at `no` and true at `yes`, and change
 * only once between them.
 */
function firstSecondWhere(holds: (at: number) => boolean, no: number, yes: number): number {
  let before = Math.floor(no / 1000);
  let after = Math.floor(yes / 1000);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (holds(middle * 1000)) after = middle;
    else before = middle;
  }
  return after * 1000;
}
