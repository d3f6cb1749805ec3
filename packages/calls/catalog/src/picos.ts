import { LlmError } from '@majordomo/core';

/** Amount in pico-USD (1 USD = 10¹²). In this unit, products of tokens and rates are integers. */
export type Picos = bigint;

/** Returns the cost of a number of units. Throws `config` for a rate that is not a non-negative integer. */
export function picosOf(units: number, rate: number, what: string): Picos {
  if (!Number.isSafeInteger(rate) || rate < 0)
    throw new LlmError(
      'config',
      `the rate of ${what} is ${rate}; use a non-negative integer number of micro-USD per million units`,
      { path: what },
    );
  return BigInt(units) * BigInt(rate);
}

/**
 * Returns the cost of a number of uses at a fee in micro-USD. Fractions of a use are rounded to millionths. Throws `config` for
 * a fee that is negative or has more than six decimals.
 */
export function picosOfFee(uses: number, fee: number, what: string): Picos {
  // The tolerance of 0.001 pico-USD below allows for the rounding of doubles.
  const picos = Math.round(fee * 1e6);
  if (!Number.isSafeInteger(picos) || fee < 0 || Math.abs(fee * 1e6 - picos) > 1e-3)
    throw new LlmError(
      'config',
      `the fee of ${what} is ${fee}; pass a non-negative number of micro-USD with at most six decimals`,
      { path: what },
    );
  if (Number.isInteger(uses)) return BigInt(uses) * BigInt(picos);
  return (BigInt(Math.round(uses * 1e6)) * BigInt(picos) + 500_000n) / 1_000_000n;
}

/** Rounds to nano-USD. Rounds half a nano-USD away from 0. */
export const roundToNano = (picos: Picos): bigint => (picos + (picos < 0n ? -500n : 500n)) / 1000n;

/** Rounds up to nano-USD. */
export const ceilToNano = (picos: Picos): bigint => (picos + 999n) / 1000n;
