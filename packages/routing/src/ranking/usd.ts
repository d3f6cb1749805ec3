const DECIMAL = /^(\d{1,9})(?:\.(\d{1,9}))?$/;

/** Returns the nano-USD of a decimal number of dollars; `undefined` for any other value. */
export function parseNanoUsd(usd: unknown): bigint | undefined {
  const [matched, whole = '', decimals = ''] = (typeof usd === 'string' && DECIMAL.exec(usd)) || [];
  return matched === undefined ? undefined : BigInt(whole + decimals.padEnd(9, '0'));
}
