import { LlmError } from '@majordomo/core';
import { toStoredText } from '@majordomo/core/toolkit';
import type { RecordChange, RecordQuery } from './contract.ts';

/** Maximum lengths in bytes of UTF-8, after `toStoredText`. An index entry of PostgreSQL has room for all three. */
const MAX_BYTES = { space: 200, label: 100, key: 2000 } as const;
/** Maximum number of changes of a write, and of records of a list. */
export const MAX_RECORDS = 1000;

/** Throws `config` for a write that no store accepts: a wrong name, time, version or number of changes, or a key that occurs twice. */
export function checkWrite(space: string, changes: readonly RecordChange[]): void {
  checkName('space', space);
  checkCount('changes', changes.length);
  const keys = new Set<string>();
  for (const change of changes) {
    checkName('key', change.key);
    if (keys.has(change.key)) throw wrong('changes', `two changes of the key ${JSON.stringify(change.key)}`);
    keys.add(change.key);
    const { version } = change;
    if (version !== undefined && !(Number.isSafeInteger(version) && version >= 0))
      throw wrong('version', `expected a version or 0, got ${version}`);
    if (change.type !== 'put' && change.type !== 'touch') continue;
    if (change.label !== undefined) checkName('label', change.label);
    checkTime('dueMs', change.dueMs);
    checkTime('keepMs', change.keepMs);
  }
}

/** Throws `config` for a space whose name is too long. */
export function checkSpace(space: string): void {
  checkName('space', space);
}

/**
 * Whether the stored record has the version that the change names, and exists if the change needs it. `stored`: version of the record;
 * 0 if none is stored.
 */
export const isCurrent = ({ type, version }: RecordChange, stored: number): boolean =>
  (version === undefined || version === stored) && (type !== 'touch' || stored > 0);

/** Throws `config` for a key or space that is too long. */
export function checkGet(space: string, key: string): void {
  checkName('space', space);
  checkName('key', key);
}

/** Throws `config` for a list that no store accepts: a wrong limit, or members that do not fit the order. */
export function checkList(space: string, query: RecordQuery): void {
  const { label, prefix, keys, order = 'key', after, limit } = query;
  checkName('space', space);
  checkCount('limit', limit);
  if (label !== undefined) checkName('label', label);
  if (prefix !== undefined) checkName('key', prefix);
  if (keys !== undefined) {
    // An empty list is valid, and selects no record.
    if (keys.length > 0) checkCount('keys', keys.length);
    for (const key of keys) checkName('key', key);
  }
  if (order !== 'key' && (prefix !== undefined || keys !== undefined))
    throw wrong('order', `the order "${order}" has neither \`prefix\` nor \`keys\``);
  if (order === 'due' && (label !== undefined || after !== undefined))
    throw wrong('order', 'the order "due" has neither `label` nor `after`');
}

/**
 * Returns the first string that follows all strings with a prefix, in the order of code points; `undefined` if none does. With it, a
 * database finds the keys with a prefix in an index.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (char) => char.codePointAt(0) ?? 0);
  const last = points.findLastIndex((point) => point < 0x10ffff);
  if (last === -1) return undefined;
  // U+E000 follows U+D7FF, because surrogates are not characters.
  const next = points[last] === 0xd7ff ? 0xe000 : (points[last] ?? 0) + 1;
  return String.fromCodePoint(...points.slice(0, last), next);
}

function checkName(name: keyof typeof MAX_BYTES, value: string): void {
  const max = MAX_BYTES[name];
  // An escaped UTF-16 code unit is at most 6 bytes, so that most names need no encoding.
  if (value.length * 6 > max && new TextEncoder().encode(toStoredText(value)).length > max)
    throw wrong(name, `expected at most ${max} bytes of UTF-8, got ${value.length} characters`);
}

function checkCount(name: string, count: number): void {
  if (!(Number.isInteger(count) && count >= 1 && count <= MAX_RECORDS))
    throw wrong(name, `expected 1 to ${MAX_RECORDS}, got ${count}`);
}

function checkTime(name: string, ms: number | null | undefined): void {
  if (ms !== undefined && ms !== null && !Number.isFinite(ms))
    throw wrong(name, `expected a finite number of milliseconds, got ${ms}`);
}

const wrong = (path: string, problem: string): LlmError =>
  new LlmError('config', `records: ${path}: ${problem}`, { path });
