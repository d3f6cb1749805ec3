const DECIMAL = /^(\d{1,9})(?:\.(\d{1,9}))?$/;

/** Nano-USD of a decimal number of dollars; `undefined` for what is none. */
export function parseNanoUsd(usd: unknown): bigint | undefined {
  const [matched, whole = '', decimals = ''] = (typeof usd === 'string' && DECIMAL.exec(usd)) || [];
  return matched === undefined ? undefined : BigInt(whole + decimals.padEnd(9, '0'));
}
