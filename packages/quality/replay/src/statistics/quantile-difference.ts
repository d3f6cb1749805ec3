import { studentT, Z } from '@majordomo/evals/internal';
import { designOf, type Interval, type Unit } from './stratified-mean.ts';

/** Values in ascending order. Typed arrays, because each round of the bootstrap reads them. */
interface Ranked {
  readonly values: Float64Array;
  readonly kinds: Int32Array;
  /** Position of the conversation of each value. */
  readonly places: Int32Array;
}

/** Tolerance of a sum of weights, so that rounding errors do not move a quantile to the next value. */
const ROUNDING = 1e-12;

/**
 * Returns the differences of weighted quantiles of two values, such as the 95th percentiles of two durations. The intervals are
 * those of a bootstrap over conversations with `rounds` rounds, widened for few conversations. `random` returns numbers from 0 to
 * less than 1.
 */
export function quantileDifferences<U extends Pick<Unit, 'kind' | 'conversation'>>(
  units: readonly U[],
  shares: readonly number[],
  { quantiles, after, before, rounds, random }: QuantileOptions<U>,
): readonly Interval[] {
  const { factors, freedom } = designOf(units, shares);
  const places = new Map([...factors.keys()].map((conversation, at) => [conversation, at]));
  const count = places.size;
  const rank = (valueOf: (unit: U) => number): Ranked => {
    const sorted = units.map((unit) => ({ unit, value: valueOf(unit) })).sort((a, b) => a.value - b.value);
    return {
      values: Float64Array.from(sorted, ({ value }) => value),
      kinds: Int32Array.from(sorted, ({ unit }) => unit.kind),
      places: Int32Array.from(sorted, ({ unit }) => places.get(unit.conversation) ?? 0),
    };
  };
  const [first, second] = [rank(after), rank(before)];
  const differencesOf = (drawn: Int32Array): readonly number[] => {
    // Both rankings contain the same units, so their sizes are equal.
    const draw = { shares, sizes: sizesOf(first, shares.length, drawn), drawn, quantiles };
    const [one, other] = [quantilesOf(first, draw), quantilesOf(second, draw)];
    return one.map((value, at) => value - (other[at] ?? Number.NaN));
  };
  const measured = differencesOf(new Int32Array(count).fill(1));
  const drawn = new Int32Array(count);
  const differences = Array.from({ length: rounds }, () => {
    drawn.fill(0);
    for (let each = 0; each < count; each++) {
      const at = Math.floor(random() * count);
      drawn[at] = (drawn[at] ?? 0) + 1;
    }
    return differencesOf(drawn);
  });
  // The rounds give the width of a normal distribution with a variance divided by `count`, which is too small for few conversations.
  const scale = (studentT(0.975, freedom) / Z) * Math.sqrt(count / Math.max(1, count - 1));
  return measured.map((value, at) => {
    const values = differences.map((one) => one[at] ?? Number.NaN).sort((a, b) => a - b);
    const [low = value, high = value] = [
      values[Math.floor(0.025 * rounds)],
      values[Math.ceil(0.975 * rounds) - 1],
    ];
    return { value, low: value + scale * (low - value), high: value + scale * (high - value) };
  });
}

interface QuantileOptions<U> {
  /** Quantiles from 0 to 1, in ascending order. */
  readonly quantiles: readonly number[];
  readonly after: (unit: U) => number;
  readonly before: (unit: U) => number;
  readonly rounds: number;
  readonly random: () => number;
}

/** Returns the number of units of each kind, if the conversations were drawn `drawn` times. */
function sizesOf({ kinds, places }: Ranked, count: number, drawn: Int32Array): Float64Array {
  const sizes = new Float64Array(count);
  for (let at = 0; at < kinds.length; at++) {
    const kind = kinds[at] ?? 0;
    sizes[kind] = (sizes[kind] ?? 0) + (drawn[places[at] ?? 0] ?? 0);
  }
  return sizes;
}

/** Draw of conversations. */
interface Draw {
  readonly shares: readonly number[];
  readonly sizes: Float64Array;
  readonly drawn: Int32Array;
  readonly quantiles: readonly number[];
}

function quantilesOf(
  { values, kinds, places }: Ranked,
  { shares, sizes, drawn, quantiles }: Draw,
): readonly number[] {
  const present = shares.reduce((sum, share, kind) => ((sizes[kind] ?? 0) > 0 ? sum + share : sum), 0);
  const weights = Float64Array.from(shares, (share, kind) => share / (sizes[kind] ?? 1));
  const found: number[] = [];
  let at = -1;
  let passed = 0;
  // A loop, because variables that a function captures are slower.
  for (const quantile of quantiles) {
    const end = quantile * present - ROUNDING;
    while (passed < end && at < values.length - 1) {
      at += 1;
      const times = drawn[places[at] ?? 0] ?? 0;
      if (times > 0) passed += times * (weights[kinds[at] ?? 0] ?? 0);
    }
    found.push(values[at] ?? Number.NaN);
  }
  return found;
}
