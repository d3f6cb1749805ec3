import { designOf } from './design.ts';
import { studentT, Z } from './student.ts';
import type { Interval, Unit } from './unit.ts';

type Place = Pick<Unit, 'kind' | 'conversation'>;

/** Value of a unit, sorted among the others. */
interface Ranked {
  readonly value: number;
  readonly kind: number;
  /** Position of the conversation. */
  readonly at: number;
}

const ROUNDING = 1e-12;

/**
 * Returns the difference of a weighted quantile of two values, such as the 95th percentile of two durations. The interval is that of a
 * bootstrap over conversations with `rounds` rounds, widened for few conversations. `random` returns numbers from 0 to 1.
 */
export function quantileDifference<U extends Place>(
  units: readonly U[],
  shares: readonly number[],
  { quantile, after, before, rounds, random }: QuantileOptions<U>,
): Interval {
  const { factors, freedom } = designOf(units, shares);
  const places = new Map([...factors.keys()].map((conversation, at) => [conversation, at]));
  const count = places.size;
  const rank = (valueOf: (unit: U) => number): readonly Ranked[] =>
    units
      .map((unit) => ({ value: valueOf(unit), kind: unit.kind, at: places.get(unit.conversation) ?? 0 }))
      .sort((a, b) => a.value - b.value);
  const [first, second] = [rank(after), rank(before)];
  const differenceOf = (drawn: readonly number[]): number =>
    quantileOf(first, shares, drawn, quantile) - quantileOf(second, shares, drawn, quantile);
  const value = differenceOf(Array.from({ length: count }, () => 1));
  const draw = (): readonly number[] => {
    const drawn = Array.from({ length: count }, () => 0);
    for (let each = 0; each < count; each++) {
      const at = Math.floor(random() * count);
      drawn[at] = (drawn[at] ?? 0) + 1;
    }
    return drawn;
  };
  const values = Array.from({ length: rounds }, () => differenceOf(draw())).sort((a, b) => a - b);
  const scale = (studentT(freedom) / Z) * Math.sqrt(count / Math.max(1, count - 1));
  const [low = value, high = value] = [
    values[Math.floor(0.025 * rounds)],
    values[Math.ceil(0.975 * rounds) - 1],
  ];
  return { value, low: value + scale * (low - value), high: value + scale * (high - value) };
}

interface QuantileOptions<U> {
  /** Quantile from 0 to 1. */
  readonly quantile: number;
  readonly after: (unit: U) => number;
  readonly before: (unit: U) => number;
  readonly rounds: number;
  readonly random: () => number;
}

/** Returns the quantile of sorted values, whose conversations were drawn `drawn` times. */
function quantileOf(
  sorted: readonly Ranked[],
  shares: readonly number[],
  drawn: readonly number[],
  quantile: number,
): number {
  const sizes = shares.map(() => 0);
  for (const { kind, at } of sorted) sizes[kind] = (sizes[kind] ?? 0) + (drawn[at] ?? 0);
  const present = shares.reduce((sum, share, kind) => ((sizes[kind] ?? 0) > 0 ? sum + share : sum), 0);
  const end = quantile * present - ROUNDING;
  let passed = 0;
  for (const { value, kind, at } of sorted) {
    const times = drawn[at] ?? 0;
    if (times === 0) continue;
    passed += (times * (shares[kind] ?? 0)) / (sizes[kind] ?? 1);
    if (passed >= end) return value;
  }
  return Number.NaN;
}
