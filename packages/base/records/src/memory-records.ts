import { systemClock, type Clock } from '@majordomo/core';
import { excerptOf, notify, unaccented, UNSPACED, wordsOf } from '@majordomo/core/toolkit';
import { checkGet, checkList, checkSpace, checkWrite, isCurrent } from './checks.ts';
import type { RecordChange, RecordHit, RecordQuery, RecordStore, StoredRecord } from './contract.ts';

interface Entry {
  readonly key: string;
  readonly value: string;
  readonly version: number;
  readonly label: string;
  readonly at: number;
  /** Epoch milliseconds; `Infinity` for never. */
  readonly dueAt: number;
  /** Time at which the record expires, in epoch milliseconds; `Infinity` for never. */
  readonly until: number;
  readonly texts: readonly string[];
}

interface Space {
  /** Records by key, in the order of their last `put`. */
  readonly entries: Map<string, Entry>;
  /** Time before which no record expires, in epoch milliseconds. */
  endsAt: number;
}

type Watcher = (key: string | undefined) => void;

/**
 * Creates a store in the memory of this process. Unlike a database, it examines each record of a space for a list, a search and the
 * counts.
 *
 * @param options `clock`: clock of the times, by default the system clock. `maxRecords`: maximum number of records of a space, by
 * default unlimited. A further record removes the one that was put first
 */
export function memoryRecords(
  options: { readonly clock?: Clock | undefined; readonly maxRecords?: number | undefined } = {},
): RecordStore {
  const { clock = systemClock, maxRecords = Infinity } = options;
  const spaces = new Map<string, Space>();
  const watchers = new Map<string, Set<Watcher>>();
  let lastVersion = 0;

  /** Returns a space without its expired records. */
  const stored = (name: string): Space => {
    const space = spaces.get(name) ?? { entries: new Map<string, Entry>(), endsAt: Infinity };
    const now = clock.now();
    if (space.endsAt > now) return space;
    space.endsAt = Infinity;
    for (const { key, until } of space.entries.values())
      if (until <= now) space.entries.delete(key);
      else space.endsAt = Math.min(space.endsAt, until);
    return space;
  };
  const entriesOf = (space: string): ReadonlyMap<string, Entry> => stored(space).entries;

  return {
    async get(space, key) {
      checkGet(space, key);
      const entry = entriesOf(space).get(key);
      return entry && recordOf(entry, clock.now());
    },

    async write(space, changes) {
      checkWrite(space, changes);
      const target = stored(space);
      const { entries } = target;
      if (!changes.every((change) => isCurrent(change, entries.get(change.key)?.version ?? 0)))
        return undefined;
      spaces.set(space, target);
      const versions = changes.map((change) => {
        const before = entries.get(change.key);
        if (change.type === 'check') return change.version;
        if (change.type === 'remove') {
          entries.delete(change.key);
          return 0;
        }
        const version = ++lastVersion;
        // Deleting it first makes the record the last one in the order of `entries`.
        if (change.type === 'put') entries.delete(change.key);
        const entry = changed(change, before, version, clock.now());
        entries.set(change.key, entry);
        target.endsAt = Math.min(target.endsAt, entry.until);
        return version;
      });
      // The first key is that of the record that was put first.
      for (const key of entries.keys()) {
        if (entries.size <= maxRecords) break;
        entries.delete(key);
      }
      for (const { key, type } of changes)
        if (type !== 'check') for (const watcher of watchers.get(space) ?? []) notify(watcher, key);
      return versions;
    },

    async list(space, query) {
      checkList(space, query);
      const now = clock.now();
      return selected([...entriesOf(space).values()], query)
        .slice(0, query.limit)
        .map((entry) => recordOf(query.values === false ? { ...entry, value: '' } : entry, now));
    },

    async counts(space) {
      checkSpace(space);
      const counts = new Map<string, number>();
      for (const { label } of entriesOf(space).values()) counts.set(label, (counts.get(label) ?? 0) + 1);
      return Object.fromEntries(counts);
    },

    async search(space, words, limit) {
      checkList(space, { limit });
      const starts = wordsOf(words);
      if (starts.length === 0) return [];
      const now = clock.now();
      const found = [...entriesOf(space).values()].flatMap((entry) => {
        const [text] = entry.texts.filter((each) => hasAll(each, starts)).toSorted(compareLengths);
        return text === undefined ? [] : [{ entry, text }];
      });
      // A match is better in a shorter text.
      return found
        .toSorted((a, b) => compareLengths(a.text, b.text) || b.entry.at - a.entry.at)
        .slice(0, limit)
        .map(({ entry, text }): RecordHit => ({ ...recordOf(entry, now), excerpt: excerptOf(text, words) }));
    },

    async watch(space, changed) {
      checkSpace(space);
      const set = watchers.get(space) ?? new Set<Watcher>();
      watchers.set(space, set);
      // A function may watch twice, so each call has an entry of its own.
      const watcher: Watcher = (key) => {
        changed(key);
      };
      set.add(watcher);
      return () => {
        set.delete(watcher);
        return Promise.resolve();
      };
    },
  };
}

function changed(
  change: Extract<RecordChange, { type: 'put' | 'touch' }>,
  before: Entry | undefined,
  version: number,
  now: number,
): Entry {
  const { key, label, dueMs, keepMs } = change;
  if (change.type === 'put') {
    const { value, texts = [] } = change;
    const entry = { key, value, version, label: label ?? '', at: now, texts };
    return { ...entry, dueAt: timeAfter(now, dueMs), until: timeAfter(now, keepMs) };
  }
  // `isCurrent` has refused a touch without a record.
  if (before === undefined) throw new TypeError('a touched record exists');
  return {
    ...before,
    version,
    label: label ?? before.label,
    dueAt: dueMs === undefined ? before.dueAt : timeAfter(now, dueMs),
    until: keepMs === undefined ? before.until : timeAfter(now, keepMs),
  };
}

const timeAfter = (now: number, ms: number | null | undefined): number => now + (ms ?? Infinity);

function recordOf({ key, value, version, label, at, dueAt }: Entry, now: number): StoredRecord {
  return { key, value, version, label, at, dueMs: dueAt === Infinity ? undefined : dueAt - now };
}

function selected(entries: readonly Entry[], query: RecordQuery): readonly Entry[] {
  const { label, prefix = '', keys, order = 'key', after } = query;
  const matching = entries.filter(
    (entry) =>
      (label === undefined || entry.label === label) &&
      entry.key.startsWith(prefix) &&
      (keys === undefined || keys.includes(entry.key)) &&
      (order !== 'due' || entry.dueAt < Infinity),
  );
  const compare = ORDERS[order];
  const sorted = matching.toSorted(compare);
  if (after === undefined) return sorted;
  // `after` has only the members that the order compares.
  return sorted.filter((entry) => compare(entry, { ...entry, ...after }) > 0);
}

const ORDERS = {
  key: (a: Entry, b: Entry) => compareBytes(a.key, b.key),
  newest: (a: Entry, b: Entry) => b.at - a.at || compareBytes(a.key, b.key),
  due: (a: Entry, b: Entry) => a.dueAt - b.dueAt || compareBytes(a.key, b.key),
} as const;

/** Compares strings by code points, which is the order of their bytes in UTF-8. */
function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    if (a.charCodeAt(at) === b.charCodeAt(at)) continue;
    return orderOf(a.charCodeAt(at)) - orderOf(b.charCodeAt(at));
  }
  return a.length - b.length;
}

/** Returns a place of a UTF-16 code unit, so that surrogates, which begin code points above U+FFFF, follow all others. */
const orderOf = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

const compareLengths = (a: string, b: string): number => a.length - b.length;

/** Whether a text has words that start with each of the given ones. */
function hasAll(text: string, starts: readonly string[]): boolean {
  const words = wordsIn(text);
  return starts.every((start) => words.includes(wordsIn(start)));
}

/** Returns the words of a text in lower case without accents, each after a space. Letters of scripts without spaces are words. */
const wordsIn = (text: string): string =>
  unaccented(text.replace(UNSPACED, ' $& '))
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => ` ${word}`)
    .join('');
