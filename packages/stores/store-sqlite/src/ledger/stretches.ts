import { timesIn } from '@majordomo/core/toolkit';
import type { ReportQuery } from '@majordomo/ledger';
import { HOUR_MS } from './hours.ts';

/** Part of a time range in which all records have the same labels for day, hour and month. */
export interface Stretch {
  /** Start in epoch milliseconds. */
  readonly from: number;
  /** End in epoch milliseconds, exclusive. */
  readonly to: number;
  /** Labels by unit of time, such as `hour`. Empty if the report has no such unit. */
  readonly times: Readonly<Record<string, string>>;
  /** Whether this part begins and ends at a full hour of UTC. */
  readonly isHours: boolean;
}

/** Distance of the times whose labels are compared, in milliseconds. Offsets of time zones are multiples of this distance. */
const STEP_MS = 900_000;

/** Divides a range where a label changes. With `withHours`, also separates the full UTC hours of each part from the rest. */
export function* stretches(
  range: { readonly from: number; readonly to: number },
  { by, zone = 'UTC' }: Pick<ReportQuery, 'by' | 'zone'>,
  withHours: boolean,
): Generator<Stretch> {
  for (const { from, to, times } of stretchesByLabel(range, timesIn(by, zone))) {
    const begin = Math.min(to, Math.ceil(from / HOUR_MS) * HOUR_MS);
    const end = Math.floor(to / HOUR_MS) * HOUR_MS;
    if (!withHours || begin >= end) {
      yield { from, to, times, isHours: false };
      continue;
    }
    if (from < begin) yield { from, to: begin, times, isHours: false };
    yield { from: begin, to: end, times, isHours: true };
    if (end < to) yield { from: end, to, times, isHours: false };
  }
}

type LabeledStretch = Omit<Stretch, 'isHours'>;

function* stretchesByLabel(
  { from, to }: { readonly from: number; readonly to: number },
  timesAt: ((at: number) => Stretch['times']) | undefined,
): Generator<LabeledStretch> {
  if (timesAt === undefined) {
    yield { from, to, times: {} };
    return;
  }
  let current: LabeledStretch = { from, to, times: timesAt(from) };
  for (let at = after(from); at < to; at = after(at)) {
    const times = timesAt(at);
    if (isSame(times, current.times)) continue;
    yield { ...current, to: at };
    current = { from: at, to, times };
  }
  yield current;
}

const after = (at: number): number => (Math.floor(at / STEP_MS) + 1) * STEP_MS;

const isSame = (a: Stretch['times'], b: Stretch['times']): boolean =>
  Object.keys(a).every((unit) => a[unit] === b[unit]);
