import { nanoUsdOf } from '@majordomo/core/toolkit';

/** Maximum amount of a counter. Stores represent amounts as int64. */
export const MAX_AMOUNT: bigint = 2n ** 63n - 1n;
/** `MAX_AMOUNT` in USD. */
const MAX_USD = '9223372036.854775807';
/** Part of an error message that describes a valid amount in USD. */
export const USD_RULE: string = `must be a string with a decimal number of at most ${MAX_USD} and nine decimals`;

/**
 * Converts a decimal number of USD, such as `20.00`, to nano-USD. Returns `undefined` if the string is not such a number or
 * exceeds the maximum of a counter.
 */
export function parseUsd(text: unknown): bigint | undefined {
  const nano = nanoUsdOf(text);
  return nano === undefined || nano > MAX_AMOUNT ? undefined : nano;
}

/** Returns the amount, or the maximum of a counter if the amount is larger. */
export const capAmount = (amount: bigint): bigint => (amount > MAX_AMOUNT ? MAX_AMOUNT : amount);
