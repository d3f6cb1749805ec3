import type { FeedSpending } from '../feed-types.ts';

const NANO_DIGITS = 9;
const COLUMNS = ['usd', 'calls', 'failed', 'input', 'output', 'unpriced'] as const;

/** Returns the table of spending as a CSV file (RFC 4180) in a data URL. `by`: name of the first column. */
export function spendingCsv(by: string, { rows }: FeedSpending): string {
  const lines = rows.map(({ key, nanoUsd, ...row }) => {
    const values = { ...row, usd: decimalUsd(nanoUsd) };
    return [cell(key), ...COLUMNS.map((name) => values[name])].join(',');
  });
  const text = [[by, ...COLUMNS].join(','), ...lines, ''].join('\r\n');
  return `data:text/csv;charset=utf-8,${encodeURIComponent(text)}`;
}

/** Returns an exact amount: `1234567890` nano-USD are `1.234567890`. */
function decimalUsd(nanoUsd: string): string {
  const digits = nanoUsd.padStart(NANO_DIGITS + 1, '0');
  return `${digits.slice(0, -NANO_DIGITS)}.${digits.slice(-NANO_DIGITS)}`;
}

/** Returns a quoted cell. Prefixes text that begins like a formula with `'`, because spreadsheets would execute the formula. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
