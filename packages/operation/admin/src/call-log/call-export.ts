import { jsonLine } from '@majordomo/core/toolkit';
import { decimal, NANO_DIGITS } from '../decimal.ts';
import type { CallEntry } from './call.ts';

const COLUMNS: Readonly<Record<string, (entry: CallEntry) => string | number | undefined>> = {
  at: ({ at }) => at,
  id: ({ id }) => id,
  request_id: ({ requestId }) => requestId,
  client_request_id: ({ clientRequestId }) => clientRequestId,
  tenant: ({ tenant }) => tenant,
  key: ({ key }) => key,
  model: ({ model }) => model,
  target: ({ target }) => target,
  operation: ({ operation }) => operation,
  wire: ({ wire }) => wire,
  outcome: ({ outcome }) => outcome,
  status: ({ status }) => status,
  error_kind: ({ error }) => error?.kind,
  error_message: ({ error }) => error?.message,
  ms: ({ ms }) => ms,
  first_ms: ({ firstMs }) => firstMs,
  input: ({ usage }) => usage?.input,
  output: ({ usage }) => usage?.output,
  cache_read: ({ usage }) => usage?.cacheRead,
  cache_write: ({ usage }) => usage?.cacheWrite,
  reasoning: ({ usage }) => usage?.reasoning,
  usd: ({ nanoUsd }) => nanoUsd && decimal(BigInt(nanoUsd), NANO_DIGITS),
  unpriced: ({ unpriced = 0 }) => unpriced,
  attempts: ({ attempts }) => attempts.length,
  warnings: ({ warnings }) => warnings.join('; '),
  arms: ({ arms = {} }) =>
    Object.entries(arms)
      .map(([name, arm]) => `${name}=${arm}`)
      .join('; '),
};

type Line = (entry: CallEntry) => string;

/** Export formats, each with its first line and a function that returns the line of an entry, including its line break. */
export const FORMATS: Readonly<Record<'jsonl' | 'csv', { readonly head: string; readonly line: Line }>> = {
  jsonl: { head: '', line: jsonLine },
  csv: {
    head: row(Object.keys(COLUMNS)),
    line: (entry) => row(Object.values(COLUMNS).map((valueOf) => cell(valueOf(entry)))),
  },
};

/** Returns a line of CSV (RFC 4180). */
function row(cells: readonly string[]): string {
  return `${cells.map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(',')}\r\n`;
}

/** Returns a value as text. Prefixes text that begins like a formula with `'`, because spreadsheets would execute the formula. */
function cell(value: string | number | undefined): string {
  const text = `${value ?? ''}`;
  return typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
