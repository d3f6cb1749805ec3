import { LlmError } from '@majordomo/core';

/** Number of decimals of nano-USD. */
const MAX_DIGITS = 9;

/**
 * Formats nano-USD for display: two decimals (`$12.30`), and two significant digits below one dollar (`$0.0042`). `digits` sets
 * the number of decimals. Throws `config` for an invalid `digits`.
 */
export function formatUsd(nanoUsd: bigint, options: { readonly digits?: number | undefined } = {}): string {
  const { digits } = options;
  if (digits !== undefined && !(Number.isInteger(digits) && digits >= 0 && digits <= MAX_DIGITS))
    throw new LlmError('config', `formatUsd: digits is ${digits}; use an integer from 0 to ${MAX_DIGITS}`, {
      path: 'digits',
    });
  const amount = nanoUsd < 0n ? -nanoUsd : nanoUsd;
  const decimals = digits ?? decimalsOf(amount);
  const unit = 10n ** BigInt(MAX_DIGITS - decimals);
  const units = (amount + unit / 2n) / unit;
  const text = String(units).padStart(decimals + 1, '0');
  const sign = nanoUsd < 0n && units > 0n ? '-' : '';
  const dollars = text.slice(0, text.length - decimals);
  return `${sign}$${dollars}${decimals === 0 ? '' : `.${text.slice(-decimals)}`}`;
}

/** Returns the number of decimals: 2, or for less than one dollar the number that shows two significant digits. */
function decimalsOf(amount: bigint): number {
  if (amount === 0n) return 2;
  const zeros = MAX_DIGITS - String(amount).length;
  return Math.min(MAX_DIGITS, Math.max(2, zeros + 2));
}
