/** Sources calculate in doubles: `0.09999999999999999` is 0.1. */
const DIGITS = 12;

/**
 * Converts USD per million units to micro-USD. `undefined` for a quotient such as 0.08333333333333333, which
 * is no real price.
 */
export function rateOfMillion(usd: number): number | undefined {
  const micros = Number((usd * 1e6).toPrecision(DIGITS));
  return Number.isSafeInteger(micros) ? micros : undefined;
}

/** USD per unit → micro-USD per million units. */
export const rateOfUnit = (usd: number): number | undefined =>
  rateOfMillion(Number((usd * 1e6).toPrecision(DIGITS)));

/** USD for one use → micro-USD, to six decimals. */
export const feeOf = (usd: number): number => Number((usd * 1e6).toFixed(6));
