import { checkGet, checkList, checkWrite, MAX_RECORDS, toStoredText } from '@majordomo/records';
import type { RecordChange, RecordQuery, RecordStore, StoredRecord } from '@majordomo/records';
import { open } from 'lmdb';

/** Record without its value. Times are in epoch milliseconds. */
interface Entry {
  readonly key: string;
  readonly version: number;
  readonly label: string;
  readonly at: number;
  readonly due?: number | undefined;
  readonly expires?: number | undefined;
}

/** Byte after the space in the keys of each index. */
const LABEL = Buffer.of(1);
const NEWEST = Buffer.of(2);
const NEWEST_OF_LABEL = Buffer.of(3);
const DUE = Buffer.of(4);
/** Follows every byte with which a part of a key begins. */
const END = Buffer.of(0xff);
const TIME_BYTES = 8;

/** Returns the bytes of a name. UTF-8 has none for lone surrogates, which `toStoredText` escapes. */
const bytesOf = (name: string): Buffer => Buffer.from(toStoredText(name));

/** Returns the length and the bytes of a space or label, so that no other one has the same beginning. */
function sized(name: string): Buffer {
  const bytes = bytesOf(name);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** Returns bytes in the order of the times. The bytes of negative numbers would have the reverse order. */
function timeBytes(ms: number): Buffer {
  const bytes = Buffer.alloc(TIME_BYTES);
  bytes.writeDoubleBE(Math.max(ms, 0));
  return bytes;
}

/** Returns the keys of a record in the indexes of its space. */
function indexKeys(space: Buffer, entry: Entry): Buffer[] {
  const key = bytesOf(entry.key);
  const label = sized(entry.label);
  const at = timeBytes(entry.at);
  const keys = [
    Buffer.concat([space, LABEL, label, key]),
    Buffer.concat([space, NEWEST, at, key]),
    Buffer.concat([space, NEWEST_OF_LABEL, label, at, key]),
  ];
  if (entry.due !== undefined) keys.push(Buffer.concat([space, DUE, timeBytes(entry.due), key]));
  return keys;
}

const isLive = (entry: Entry, now: number): boolean => entry.expires === undefined || entry.expires > now;

/** Returns the record after a `put` or `touch`. */
function changed(
  change: RecordChange & { readonly type: 'put' | 'touch' },
  before: Entry | undefined,
  version: number,
  now: number,
): Entry {
  const after = (ms?: number | null): number | undefined => (typeof ms === 'number' ? now + ms : undefined);
  if (change.type === 'put' || before === undefined) {
    const { key, label = '', dueMs, keepMs } = change;
    return { key, version, label, at: now, due: after(dueMs), expires: after(keepMs) };
  }
  return {
    ...before,
    version,
    label: change.label ?? before.label,
    due: change.dueMs === undefined ? before.due : after(change.dueMs),
    expires: change.keepMs === undefined ? before.expires : after(change.keepMs),
  };
}

/**
 * Creates a store of records in an LMDB folder, which several processes of a machine may use at the same time. Without search and notices.
 *
 * @param path folder of the database, only for this store
 */
export function lmdbRecords(path: string): RecordStore & { close(): Promise<void> } {
  // With smaller pages, LMDB refuses keys above 1,978 bytes. An index has a space, a label, a time and a key of 2,000 bytes.
  // Without overlapping, a write is on the disk when it resolves.
  const root = open({ path, noSubdir: false, pageSize: 8192, overlappingSync: false });
  const entries = root.openDB<Entry, Buffer>('entries', { keyEncoding: 'binary', encoding: 'json' });
  const values = root.openDB<string, Buffer>('values', { keyEncoding: 'binary', encoding: 'string' });
  const index = root.openDB<string, Buffer>('index', { keyEncoding: 'binary', encoding: 'string' });
  /** Spaces and keys of the records that expire, by time. */
  const expiry = root.openDB<string, Buffer>('expiry', { keyEncoding: 'binary', encoding: 'string' });
  const counts = root.openDB<readonly [string, number], Buffer>('counts', {
    keyEncoding: 'binary',
    encoding: 'json',
  });
  const state = root.openDB<number, string>('state', { encoding: 'json' });

  /** Adds to the number of records of a label. */
  const count = (space: Buffer, label: string, change: 1 | -1): void => {
    const id = Buffer.concat([space, bytesOf(label)]);
    const total = (counts.get(id)?.[1] ?? 0) + change;
    if (total === 0) counts.removeSync(id);
    else counts.putSync(id, [label, total]);
  };
  /** Replaces or removes a record in the indexes. The value is the caller's. Only in a transaction. */
  const replace = (space: Buffer, id: Buffer, before: Entry | undefined, after: Entry | undefined): void => {
    if (before !== undefined) {
      for (const key of indexKeys(space, before)) index.removeSync(key);
      if (before.expires !== undefined) expiry.removeSync(Buffer.concat([timeBytes(before.expires), id]));
      count(space, before.label, -1);
    }
    if (after === undefined) {
      entries.removeSync(id);
      values.removeSync(id);
      return;
    }
    entries.putSync(id, after);
    for (const key of indexKeys(space, after)) index.putSync(key, '');
    if (after.expires !== undefined) expiry.putSync(Buffer.concat([timeBytes(after.expires), id]), '');
    count(space, after.label, 1);
  };
  /** Returns the place of expired records in `expiry`. */
  const expired = (now: number, limit: number): Buffer[] =>
    Array.from(expiry.getKeys({ end: Buffer.concat([timeBytes(now), END]), limit }), (key) =>
      Buffer.from(key),
    );
  /** Removes expired records. Only in a transaction. */
  const removeExpired = (now: number): void => {
    for (const place of expired(now, MAX_RECORDS)) {
      const id = place.subarray(TIME_BYTES);
      const space = id.subarray(0, 1 + id.readUInt8());
      replace(space, id, entries.get(id), undefined);
    }
  };
  /** Begins to read the last state of all processes. By default, LMDB reads the state at the beginning of the event turn. */
  const beginRead = (): number => {
    root.resetReadTxn();
    return Date.now();
  };
  /** As `beginRead`, after the removal of all expired records, so that lists and counts do not meet many of them. */
  const beginList = async (): Promise<number> => {
    while (expired(beginRead(), 1).length > 0) await root.childTransaction(() => removeExpired(Date.now()));
    return beginRead();
  };
  const recordOf = (id: Buffer, now: number, withValue = true): StoredRecord | undefined => {
    const entry = entries.get(id);
    if (entry === undefined || !isLive(entry, now)) return undefined;
    const { key, version, label, at, due } = entry;
    const value = withValue ? (values.get(id) ?? '') : '';
    return { key, value, version, label, at, dueMs: due === undefined ? undefined : due - now };
  };
  /** Yields the keys of a query's records, as bytes. */
  function* keysOf(space: Buffer, query: RecordQuery): Generator<Buffer> {
    const { order = 'key', label, prefix = '', keys, after } = query;
    if (keys !== undefined) {
      const first = after && bytesOf(after.key);
      const wanted = [...new Set(keys)].filter((key) => key.startsWith(prefix)).map(bytesOf);
      yield* wanted
        .filter((key) => first === undefined || key.compare(first) > 0)
        .sort((one, other) => one.compare(other));
      return;
    }
    if (order === 'key') {
      const head = label === undefined ? space : Buffer.concat([space, LABEL, sized(label)]);
      const first = Buffer.concat([head, bytesOf(prefix)]);
      const next = after && Buffer.concat([head, bytesOf(after.key), Buffer.of(0)]);
      const start = next !== undefined && next.compare(first) > 0 ? next : first;
      const end = Buffer.concat([first, END]);
      const places = label === undefined ? entries.getKeys({ start, end }) : index.getKeys({ start, end });
      for (const place of places) yield place.subarray(head.length);
      return;
    }
    if (order === 'due') {
      // `checkList` refuses `after` and `label` for this order.
      const head = Buffer.concat([space, DUE]);
      for (const place of index.getKeys({ start: head, end: Buffer.concat([head, END]) }))
        yield place.subarray(head.length + TIME_BYTES);
      return;
    }
    const head =
      label === undefined
        ? Buffer.concat([space, NEWEST])
        : Buffer.concat([space, NEWEST_OF_LABEL, sized(label)]);
    const start = Buffer.concat(
      after === undefined ? [head, END] : [head, timeBytes(after.at), bytesOf(after.key)],
    );
    for (const place of index.getKeys({ start, end: head, reverse: true, exclusiveStart: true }))
      yield place.subarray(head.length + TIME_BYTES);
  }

  return {
    async get(space, key) {
      checkGet(space, key);
      return recordOf(Buffer.concat([sized(space), bytesOf(key)]), beginRead());
    },
    async write(name, changes) {
      checkWrite(name, changes);
      const space = sized(name);
      return root.childTransaction(() => {
        const now = Date.now();
        removeExpired(now);
        const targets = changes.map((change) => {
          const id = Buffer.concat([space, bytesOf(change.key)]);
          return { change, id, before: entries.get(id) };
        });
        for (const { change, before } of targets) {
          const version = before !== undefined && isLive(before, now) ? before.version : 0;
          if (change.version !== undefined && change.version !== version) return undefined;
          if (change.type === 'touch' && version === 0) return undefined;
        }
        const version = (state.get('version') ?? 0) + 1;
        state.putSync('version', version);
        return targets.map(({ change, id, before }) => {
          if (change.type === 'check') return change.version;
          if (change.type === 'put') values.putSync(id, change.value);
          const after = change.type === 'remove' ? undefined : changed(change, before, version, now);
          replace(space, id, before, after);
          return after?.version ?? 0;
        });
      });
    },
    async list(name, query) {
      checkList(name, query);
      const now = await beginList();
      const space = sized(name);
      const found: StoredRecord[] = [];
      for (const key of keysOf(space, query)) {
        const record = recordOf(Buffer.concat([space, key]), now, query.values);
        if (record === undefined || (query.label !== undefined && record.label !== query.label)) continue;
        found.push(record);
        if (found.length === query.limit) break;
      }
      return found;
    },
    async counts(name) {
      checkGet(name, '');
      await beginList();
      const space = sized(name);
      const totals = counts.getRange({ start: space, end: Buffer.concat([space, END]) });
      return Object.fromEntries(Array.from(totals, ({ value }) => value));
    },
    close: () => root.close(),
  };
}
