type Probability = 0.95 | 0.975;

/** Quantiles of the normal distribution. */
const NORMAL = { 0.95: 1.6448536269514722, 0.975: 1.959963984540054 } as const;
/** Quantiles of Student's t distribution for 1, 2, 3 and 4 degrees of freedom. */
const EXACT: Readonly<Record<Probability, readonly number[]>> = {
  0.95: [6.3138, 2.92, 2.3534, 2.1318],
  0.975: [12.7062, 4.3027, 3.1824, 2.7764],
};

/** Quantile of the normal distribution for an interval of 95 %. */
export const Z: number = NORMAL[0.975];
/** Quantile of the normal distribution for a probability of 80 %. */
export const POWER_80 = 0.8416;

/**
 * Returns a quantile of Student's t distribution: half the width of an interval in standard errors. An interval of 95 % needs the
 * quantile of 97.5 %. Uses the Cornish-Fisher series from 4 degrees of freedom. Below, interpolates the exact quantiles, which gives
 * slightly more than the quantile. Returns `Infinity` below 1.
 */
export function studentT(probability: Probability, freedom: number): number {
  if (freedom < 1) return Infinity;
  const exact = EXACT[probability];
  if (freedom >= exact.length) return cornishFisher(NORMAL[probability], freedom);
  const below = Math.floor(freedom);
  const [low = 0, high = low] = exact.slice(below - 1, below + 1);
  return low + (freedom - below) * (high - low);
}

function cornishFisher(z: number, freedom: number): number {
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((sum, term, at) => sum + term / freedom ** (at + 1), z);
}
