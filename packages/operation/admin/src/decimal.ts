/** Number of decimal places of an amount in USD that is exact to one nano-USD. */
export const NANO_DIGITS = 9;

/** Returns `amount` divided by 10 to the power of `digits`, as a decimal number without trailing zeros. */
export function decimal(amount: bigint, digits: number): string {
  const sign = amount < 0n ? '-' : '';
  const all = `${amount < 0n ? -amount : amount}`.padStart(digits + 1, '0');
  let decimals = all.slice(all.length - digits);
  while (decimals.endsWith('0')) decimals = decimals.slice(0, -1);
  return digits === 0 || decimals === ''
    ? sign + all.slice(0, all.length - digits)
    : `${sign}${all.slice(0, -digits)}.${decimals}`;
}
