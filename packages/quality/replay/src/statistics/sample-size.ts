import { weightedSum } from './stratified-mean.ts';

/** Least number of units of a kind. */
const LEAST_UNITS = 20;
/** Assumed shares of worse and of better answers, and the correlation of the scores of one conversation. */
const ASSUMED = { worse: 0.04, better: 0.04, correlation: 0.1 } as const;
/** Half width of an interval in standard errors. It is above 1.96, because losses widen the interval. */
const WIDTH = 2.1;

/**
 * Returns the number of units of each kind: in proportion to the square root of its share, so that rare kinds can be judged. Units that a
 * kind does not have are taken from the other kinds.
 *
 * @param counts number of units that each kind has. By default, each has enough
 */
export function allocate(
  shares: readonly number[],
  units: number,
  counts: readonly number[] = [],
): readonly number[] {
  const roots = shares.map((share) => Math.sqrt(share));
  const countOf = (kind: number): number => counts[kind] ?? Infinity;
  /** Kinds whose calls are all drawn. */
  const complete = new Set<number>();
  for (;;) {
    const open = roots.reduce((sum, root, kind) => sum + (complete.has(kind) ? 0 : root), 0);
    const rest = [...complete].reduce((left, kind) => left - countOf(kind), units);
    const sizes = roots.map((root, kind) =>
      complete.has(kind) ? countOf(kind) : Math.max(LEAST_UNITS, Math.round((rest * root) / open)),
    );
    const tooLarge = sizes.flatMap((size, kind) => (size > countOf(kind) ? [kind] : []));
    if (tooLarge.length === 0) return withRest(sizes, units, countOf);
    for (const kind of tooLarge) complete.add(kind);
  }
}

/** Adds the units that rounding has lost, one to each of the first kinds that have more. */
function withRest(
  sizes: readonly number[],
  units: number,
  countOf: (kind: number) => number,
): readonly number[] {
  let rest = units - sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size, kind) => {
    if (rest <= 0 || size >= countOf(kind)) return size;
    rest -= 1;
    return size + 1;
  });
}

/** Returns the likely standard error of the quality. `perConversation`: mean number of units of the conversation of a unit. */
export function expectedError(
  shares: readonly number[],
  sizes: readonly number[],
  perConversation: number,
): number {
  const { worse, better, correlation } = ASSUMED;
  const variance = worse + better - (worse - better) ** 2;
  const units = weightedSum(
    shares,
    shares.map((share, kind) => share / (sizes[kind] ?? 0)),
  );
  return Math.sqrt(variance * units * (1 + Math.max(0, perConversation - 1) * correlation));
}

/** Returns the probability that an interval with this standard error is completely above a bound at this distance. */
export const powerOf = (distance: number, error: number): number => normal(distance / error - WIDTH);

/** Returns the distribution function of the normal distribution (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
export function normal(x: number): number {
  const s = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const tail =
    (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
    series.reduceRight((sum, factor) => (sum + factor) * s, 0);
  return x > 0 ? 1 - tail : tail;
}
