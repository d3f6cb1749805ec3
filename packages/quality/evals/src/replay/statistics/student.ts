import { cornishFisher } from '../../cornish-fisher.ts';

/** Quantile of the normal distribution for an interval of 95 %. */
export const Z: number = 1.959963984540054;
/** Quantiles for 1, 2, 3 and 4 degrees of freedom. */
const EXACT: readonly number[] = [12.7062, 4.3027, 3.1824, 2.7764];

/**
 * Returns the 97.5 % quantile of Student's distribution: half the width of a 95 % interval in standard errors. Uses the Cornish-Fisher
 * series from 4 degrees of freedom, and interpolates the exact quantiles below.
 */
export function studentT(freedom: number): number {
  if (freedom < EXACT.length) {
    const below = Math.max(1, Math.floor(freedom));
    const [low = 0, high = low] = EXACT.slice(below - 1, below + 1);
    return low + Math.max(0, freedom - below) * (high - low);
  }
  return cornishFisher(Z, freedom);
}
