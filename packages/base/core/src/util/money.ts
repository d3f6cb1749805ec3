const NANO_DIGITS = 9;
const USD = /^\d{1,12}(?:\.\d{1,9})?$/;

/** Converts a decimal string of USD, such as `20.00`, to nano-USD. Returns `undefined` for any other value. */
export function nanoUsdOf(text: unknown): bigint | undefined {
  if (typeof text !== 'string' || !USD.test(text)) return undefined;
  const [whole = '', decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(NANO_DIGITS, '0'));
}
