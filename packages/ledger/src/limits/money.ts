const NANO_DIGITS = 9;
const DECIMAL = /^(?<whole>\d{1,10})(?:\.(?<fraction>\d{1,9}))?$/;
/** Maximum amount of a counter: int64. */
export const MAX_AMOUNT: bigint = 2n ** 63n - 1n;
/** `MAX_AMOUNT` in USD. */
export const MAX_USD = '9223372036.854775807';

/**
 * Returns the nano-USD of a decimal number such as `20.00`; `undefined` if it is not one or exceeds the
 * maximum of a counter.
 */
export function parseUsd(text: unknown): bigint | undefined {
  const found = typeof text === 'string' ? DECIMAL.exec(text)?.groups : undefined;
  if (found === undefined) return undefined;
  const { whole = '', fraction = '' } = found;
  const nano = BigInt(whole + fraction.padEnd(NANO_DIGITS, '0'));
  return nano > MAX_AMOUNT ? undefined : nano;
}
