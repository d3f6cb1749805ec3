/** Kind of unit in a sample. */
interface Stratum {
  /** Share of the kind in the traffic. */
  readonly share: number;
  /** Number of units of the kind. */
  readonly size: number;
  /** Part of the units that have the property, from 0 to 1. */
  readonly rate: number;
}

/** Number of halvings of the range that contains an end. */
const HALVINGS = 50;

/**
 * Returns the distances of both ends of a score interval from the weighted mean of the rates. An end is the mean that is `quantile`
 * standard errors away from the measured one. The standard error is that of the end: its rates are the most likely ones of all rates with
 * this mean (Miettinen and Nurminen, 1985). With one kind, this is the interval of Wilson. It has a width also if all rates are 0, and a
 * kind with a large share and the rate 0 widens it in proportion to its share.
 */
export function scoreInterval(
  strata: readonly Stratum[],
  quantile: number,
): { readonly below: number; readonly above: number } {
  const mean = meanAt(strata, 0);
  const below = mean === 0 ? 0 : mean - meanAt(strata, -multiplier(strata, quantile, -1));
  const above = mean === 1 ? 0 : meanAt(strata, multiplier(strata, quantile, 1)) - mean;
  return { below, above };
}

/**
 * Returns the Lagrange multiplier of an end. The mean that belongs to a multiplier is the multiplier times its own variance away from the
 * measured mean. It is `quantile` standard errors away if the multiplier times the distance is the squared quantile.
 */
function multiplier(strata: readonly Stratum[], quantile: number, sign: 1 | -1): number {
  const mean = meanAt(strata, 0);
  const isInside = (value: number): boolean =>
    value * Math.abs(meanAt(strata, sign * value) - mean) < quantile ** 2;
  let high = 1;
  while (isInside(high)) high *= 2;
  let low = 0;
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (isInside(middle)) low = middle;
    else high = middle;
  }
  return high;
}

const meanAt = (strata: readonly Stratum[], lagrange: number): number =>
  strata.reduce((sum, { share, size, rate }) => sum + share * likelyRate(rate, (lagrange * share) / size), 0);

/** Returns the rate p for which `rate - p + weight * p * (1 - p)` is 0. */
function likelyRate(rate: number, weight: number): number {
  const root = Math.sqrt(Math.max(0, (1 - weight) ** 2 + 4 * weight * rate));
  // Of both forms of the solution, the one that subtracts no similar numbers.
  return weight < 1 ? (2 * rate) / (1 - weight + root) : (weight - 1 + root) / (2 * weight);
}
