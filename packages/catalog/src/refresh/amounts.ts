/** Number of significant digits. Sources calculate with doubles, so `0.09999999999999999` means 0.1. */
const DIGITS = 12;

/**
 * Converts USD per million units to micro-USD. Returns `undefined` for a quotient such as 0.08333333333333333, which is not a
 * real price.
 */
export function rateOfMillion(usd: number): number | undefined {
  const micros = Number((usd * 1e6).toPrecision(DIGITS));
  return Number.isSafeInteger(micros) ? micros : undefined;
}

/** Converts USD per unit to micro-USD per million units. */
export const rateOfUnit = (usd: number): number | undefined =>
  rateOfMillion(Number((usd * 1e6).toPrecision(DIGITS)));

/** Converts USD for one use to micro-USD with six decimals. */
export const feeOf = (usd: number): number => Number((usd * 1e6).toFixed(6));
