import type { FeedSpending } from '../feed-types.ts';

export interface Stacks {
  /** Start of each column in epoch milliseconds, as if the local time were UTC. */
  readonly at: readonly number[];
  /** Column heights in nano-USD by series, each including the following series, because columns are stacked. */
  readonly series: readonly (readonly number[])[];
}

const HOUR = 3_600_000;

/**
 * Converts spending to columns, including empty hours and days. `end` is the current hour or day, as if it were UTC. The first
 * `most` rows become one series each, and the other rows together become one more.
 */
export function stacked(
  { at, rows }: FeedSpending,
  step: 'hour' | 'day',
  steps: number,
  end: number,
  most: number,
): Stacks {
  const length = step === 'hour' ? HOUR : 24 * HOUR;
  // A range of `steps` hours or days ends within one of them, so it also contains a part of an earlier one.
  const times = Array.from({ length: steps + 1 }, (_, index) => end - (steps - index) * length);
  const places = new Map(at.map((time, index) => [time, index]));
  // A time without spending has no place, and so no amount.
  const amounts = rows.map(({ over }) => times.map((time) => Number(over[places.get(time) ?? -1] ?? 0)));
  const shown = amounts.slice(0, most);
  const others = amounts.slice(most);
  if (others.length > 0) shown.push(times.map((_, index) => sum(others.map((spent) => spent[index] ?? 0))));
  return {
    at: times,
    series: shown.map((_amounts, first) =>
      times.map((_time, index) => sum(shown.slice(first).map((spent) => spent[index] ?? 0))),
    ),
  };
}

/** Returns the hour or day in the page's time zone, as if it were UTC. */
export function wallClock(now: Date, step: 'hour' | 'day'): number {
  return Date.UTC(now.getFullYear(), now.getMonth(), now.getDate(), step === 'hour' ? now.getHours() : 0);
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
