const DECIMAL = /^\d{1,9}(?:\.\d{1,9})?$/;

/** Returns a decimal number of dollars in nano-USD, or `undefined` for any other value. */
export function parseNanoUsd(usd: unknown): bigint | undefined {
  if (typeof usd !== 'string' || !DECIMAL.test(usd)) return undefined;
  const [, decimals = ''] = usd.split('.');
  return BigInt(usd.replace('.', '')) * 10n ** BigInt(9 - decimals.length);
}
