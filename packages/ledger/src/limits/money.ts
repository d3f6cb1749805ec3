const NANO_DIGITS = 9;
const DECIMAL = /^(?<whole>\d{1,10})(?:\.(?<fraction>\d{1,9}))?$/;
/** The most that a counter can hold. */
export const MAX_AMOUNT: bigint = 2n ** 63n - 1n;

/** Nano-USD of a decimal number such as `20.00`; `undefined` for what is none, or more than a counter can hold. */
export function parseUsd(text: unknown): bigint | undefined {
  const found = typeof text === 'string' ? DECIMAL.exec(text)?.groups : undefined;
  if (found === undefined) return undefined;
  const { whole = '', fraction = '' } = found;
  const nano = BigInt(whole + fraction.padEnd(NANO_DIGITS, '0'));
  return nano > MAX_AMOUNT ? undefined : nano;
}
