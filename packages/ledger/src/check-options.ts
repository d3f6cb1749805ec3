import { LlmError } from '@majordomo/core';
import type { LedgerOptions } from './contract/ledger.ts';

/** Throws `config` with the field's path; limits are checked by themselves. */
export function checkOptions(options: LedgerOptions): void {
  const { unknownPrice, whenDown, reserve, storeTimeoutMs, tags } = options;
  oneOf('unknownPrice', unknownPrice, ['admit', 'deny']);
  oneOf('whenDown', whenDown, ['admit', 'deny']);
  if (typeof reserve !== 'function') oneOf('reserve', reserve, ['most', 'likely']);
  if (storeTimeoutMs !== undefined && !(Number.isFinite(storeTimeoutMs) && storeTimeoutMs > 0))
    fail('storeTimeoutMs', `must be a number of ms above 0, not ${storeTimeoutMs}`);
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')))
    fail('tags', "must be a list of keys of metadata, such as ['feature']");
}

function oneOf(path: string, value: unknown, words: readonly string[]): void {
  if (value === undefined || words.includes(value as string)) return;
  fail(path, `must be one of ${words.join(', ')}, not ${JSON.stringify(value)}`);
}

function fail(path: string, why: string): never {
  throw new LlmError('config', `ledger: ${path}: ${why}`, { path });
}
