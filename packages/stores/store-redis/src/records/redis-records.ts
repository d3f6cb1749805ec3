import type { Clock } from '@majordomo/core';
import { changeMessage, fromStoredText, toStoredText, watchChanges } from '@majordomo/core/toolkit';
import {
  afterPrefix,
  checkGet,
  checkList,
  checkSpace,
  checkWrite,
  type RecordChange,
  type RecordQuery,
  type RecordStore,
  type StoredRecord,
} from '@majordomo/records';
import { changeChannels, type WatchIo } from '../connection/change-channel.ts';
import type { Connection } from '../connection/connection.ts';
import { script, type Script } from '../connection/script.ts';
import * as lua from './records-lua.ts';

const WRITE = script(lua.WRITE_LUA);
const GET = script(lua.GET_LUA);
const LIST = script(lua.LIST_LUA);
const SELECT = script(lua.SELECT_LUA);
const COUNTS = script(lua.COUNTS_LUA);

/** Minimum number of expired records that a write deletes. Each change adds at most one record. */
const DELETED_AT_ONCE = 20;
/** Number of characters of the id of a write, which differs from those of other writes of a record within a minute. */
const ID_CHARS = 12;
/** Number of values of a record in a reply. */
const RECORD_VALUES = 6;
/**
 * Latest time of a record, in epoch milliseconds. In the order `newest`, the place of a record is the time that remains until then,
 * padded with zeros, and its key. So the newest record has the first place: `8215950000000a` precedes `8215950000001b`.
 */
const LAST_MS = 9_999_999_999_999;

/** Connections of the store. */
export interface RecordsIo extends WatchIo {
  /** Connection for scripts that transfer values. */
  readonly large: Connection;
  readonly clock: Clock;
  readonly prefix: string;
}

/**
 * Creates the store of records. All times use the clock of Redis. Each space has a hash tag, so that spaces are distributed over the
 * nodes of a cluster. Without a subscriber, the store has no `watch`.
 */
export function redisRecords(io: RecordsIo): RecordStore {
  const { large, clock, prefix } = io;
  // Encode the space, because a closing brace would end the hash tag. The colon is for a space without a name.
  const baseOf = (space: string): string => `${prefix}:records:{:${encodeURIComponent(toStoredText(space))}}`;
  const run = (what: Script, space: string, values: readonly string[]): Promise<unknown> =>
    large.run(what, [baseOf(space)], values);
  const channelOf = (space: string): string => `${baseOf(space)}:changes`;

  const store: RecordStore = {
    async get(space, key) {
      checkGet(space, key);
      return recordsOf(await run(GET, space, [toStoredText(key)]))[0];
    },
    async write(space, changes) {
      checkWrite(space, changes);
      const expired = `${Math.max(DELETED_AT_ONCE, 2 * changes.length)}`;
      const head = [channelOf(space), changeMessage(''), expired, writeId(changes)];
      const values = [...head, ...changes.flatMap(valuesOf)];
      const versions = (await run(WRITE, space, values)) as readonly (string | number)[] | null;
      return versions?.map(Number);
    },
    async list(space, query) {
      checkList(space, query);
      const { keys, limit } = query;
      const { set, first, last } = rangeOf(query);
      const [most, hasValues] = [`${limit}`, query.values === false ? '0' : '1'];
      if (keys === undefined) return recordsOf(await run(LIST, space, [set, first, last, most, hasValues]));
      const start = toStoredText(query.prefix ?? '');
      const names = keys.map(toStoredText).filter((key) => key.startsWith(start));
      return recordsOf(await run(SELECT, space, [set, first, most, hasValues, ...names]));
    },
    async counts(space) {
      checkSpace(space);
      const found = (await run(COUNTS, space, [])) as readonly (string | number)[];
      const labels = found.filter((_, place) => place % 2 === 0);
      return Object.fromEntries(
        labels.map((label, place) => [fromStoredText(String(label)), Number(found[place * 2 + 1])]),
      );
    },
  };
  const channels = changeChannels(io);
  if (channels === undefined) return store;
  return {
    ...store,
    async watch(space, changed) {
      checkSpace(space);
      return watchChanges(channels(channelOf(space)), clock, (key) => {
        changed(key === undefined ? undefined : fromStoredText(key));
      });
    },
  };
}

/** Returns the id of a write that would be refused if a client made it and sent it again; `-` for any other write. */
const writeId = (changes: readonly RecordChange[]): string =>
  changes.some(({ type, version }) => type !== 'check' && version !== undefined)
    ? crypto.randomUUID().slice(-ID_CHARS)
    : '-';

/**
 * Returns the seven arguments of a change, as `WRITE_LUA` describes them. A label starts with `=`, and an empty argument means
 * unchanged. As a time, an empty argument means never, and `=` means unchanged:
 *
 *     type    key  version  label  dueMs  keepMs  value
 *     put     a    7        =blue  500            {"n":1}    due in 500 ms, never removed
 *     touch   a                    =      9000               label and due time unchanged, removed in 9 s
 *     remove  a    8
 */
function valuesOf(change: RecordChange): readonly string[] {
  const { type, version } = change;
  const start = [type, toStoredText(change.key), version === undefined ? '' : `${version}`];
  if (change.type !== 'put' && change.type !== 'touch') return [...start, '', '', '', ''];
  const { label, dueMs, keepMs } = change;
  if (change.type === 'put')
    return [...start, `=${toStoredText(label ?? '')}`, `${dueMs ?? ''}`, `${keepMs ?? ''}`, change.value];
  const timeOf = (ms: number | null | undefined): string => (ms === undefined ? '=' : `${ms ?? ''}`);
  return [...start, label === undefined ? '' : `=${toStoredText(label)}`, timeOf(dueMs), timeOf(keepMs), ''];
}

/** Returns the set of a list, and its first and last member as in ZRANGEBYLEX, where `[` includes and `(` excludes the member. */
function rangeOf(query: RecordQuery): {
  readonly set: string;
  readonly first: string;
  readonly last: string;
} {
  const { label, prefix, order = 'key', after } = query;
  if (order === 'due') return { set: ':due', first: '', last: '' };
  const name = label === undefined ? '' : toStoredText(label);
  if (order === 'newest') {
    const set = label === undefined ? ':newest' : `:label-newest:${name}`;
    const place =
      after && `${LAST_MS - after.at}`.padStart(`${LAST_MS}`.length, '0') + toStoredText(after.key);
    return { set, first: place === undefined ? '-' : `(${place}`, last: '+' };
  }
  const set = label === undefined ? ':keys' : `:label:${name}`;
  const start = toStoredText(prefix ?? '');
  const end = afterPrefix(start);
  const last = end === undefined ? '+' : `(${end}`;
  const key = after && toStoredText(after.key);
  return { set, first: key !== undefined && !isBefore(key, start) ? `(${key}` : `[${start}`, last };
}

/** Whether a string precedes another one in the order of code points, which is the order of their bytes in UTF-8. */
function isBefore(a: string, b: string): boolean {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [point = 0, other = 0] = [a.codePointAt(at), b.codePointAt(at)];
    if (point !== other) return point < other;
  }
  return a.length < b.length;
}

/** Returns the records of a reply. */
function recordsOf(reply: unknown): readonly StoredRecord[] {
  const values = (reply as readonly (string | number)[]).map(String);
  const records: StoredRecord[] = [];
  for (let at = 0; at < values.length; at += RECORD_VALUES) {
    const [key = '', value = '', version, label = '', time, due] = values.slice(at, at + RECORD_VALUES);
    records.push({
      key: fromStoredText(key),
      value,
      version: Number(version),
      label: fromStoredText(label),
      at: Number(time),
      dueMs: due === '' ? undefined : Number(due),
    });
  }
  return records;
}
