import { excerptOf, fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import { afterPrefix, checkGet, checkList, checkWrite } from '../checks.ts';
import type { RecordChange, RecordQuery, RecordStore, StoredRecord } from '../contract.ts';
import { queryOf, toIndexText } from './search-index.ts';

/** Value of a column. */
export type SqliteValue = string | number | null;

/** Row of a result. */
export type SqliteRow = Readonly<Record<string, unknown>>;

/** Connection to a database with `RECORD_TABLES`. */
export interface SqliteConnection {
  /** Runs a statement. Called only within `read` and `write`. */
  run(sql: string, ...values: readonly SqliteValue[]): readonly SqliteRow[];
  /** Runs a function that reads. */
  read<T>(run: () => T): Promise<T>;
  /** Runs a function in a transaction without other writers. */
  write<T>(run: () => T): Promise<T>;
}

type Put = Extract<RecordChange, { type: 'put' }>;
type Touch = Extract<RecordChange, { type: 'touch' }>;

/** Maximum number of expired records that one operation deletes. Each change adds at most one record. */
const DELETED_AT_ONCE = 20;
/** Maximum length of a part of a value. A row of a Durable Object has at most 2 MB, and a UTF-16 unit needs up to 3 bytes. */
const PART_LENGTH = 600_000;
/** Condition of a record that has not expired. Its parameter is the time. */
const IS_STORED = '(until IS NULL OR until > ?)';
const MEMBERS = 'e.id, e.key, e.label, e.version, e.at, e.due_at';
const VALUES = 'JOIN entry_values AS v ON v.entry = e.id';

/** Creates a store of records in a SQLite database, of any runtime with a synchronous connection. */
export function sqliteRecords(connection: SqliteConnection, now: () => number): RecordStore {
  const run: SqliteConnection['run'] = (sql, ...values) => connection.run(sql, ...values);

  /** Returns the stored record of a change if its version is the named one, `null` if none is stored, `undefined` otherwise. */
  const current = (
    space: string,
    { type, key, version }: RecordChange,
    at: number,
  ): SqliteRow | null | undefined => {
    const [row = null] = run(FIND, space, toStoredText(key), at);
    const stored = Number(row?.['version'] ?? 0);
    if (version !== undefined && version !== stored) return undefined;
    return type === 'touch' && row === null ? undefined : row;
  };

  const put = (space: string, change: Put, isNew: boolean, at: number, version: number): void => {
    const { key, value, label = '', dueMs, keepMs, texts = [] } = change;
    const name = toStoredText(key);
    // The key may have an expired record.
    if (isNew) run('DELETE FROM entries WHERE space = ? AND key = ? AND until <= ?', space, name, at);
    const times = [timeAfter(at, dueMs), timeAfter(at, keepMs)];
    const [row] = run(PUT, space, name, version, toStoredText(label), Math.floor(at), ...times);
    const id = Number(row?.['id']);
    const [first = '', ...parts] = partsOf(value);
    run(PUT_VALUE, id, first);
    if (!isNew) {
      run('DELETE FROM entry_parts WHERE entry = ?', id);
      run('DELETE FROM entry_texts WHERE entry = ?', id);
    }
    for (const [place, part] of parts.entries())
      run('INSERT INTO entry_parts (entry, part, value) VALUES (?, ?, ?)', id, place, part);
    for (const text of texts) {
      const [added] = run(
        'INSERT INTO entry_texts (entry, text) VALUES (?, ?) RETURNING seq',
        id,
        toStoredText(text),
      );
      run('INSERT INTO entry_words (rowid, said) VALUES (?, ?)', Number(added?.['seq']), toIndexText(text));
    }
  };

  const touch = ({ label, dueMs, keepMs }: Touch, id: number, at: number, version: number): void => {
    // A renewal of a lease changes only the due time.
    if (dueMs === undefined) run('UPDATE entries SET version = ? WHERE id = ?', version, id);
    else run('UPDATE entries SET version = ?, due_at = ? WHERE id = ?', version, timeAfter(at, dueMs), id);
    if (label !== undefined) run('UPDATE entries SET label = ? WHERE id = ?', toStoredText(label), id);
    if (keepMs !== undefined) run('UPDATE entries SET until = ? WHERE id = ?', timeAfter(at, keepMs), id);
  };

  /** Returns a value, whose first part is given. */
  const valueOf = (id: number, first: string): string => {
    if (first.length < PART_LENGTH - 1) return first;
    const parts = run('SELECT value FROM entry_parts WHERE entry = ? ORDER BY part', id);
    return first + parts.map(({ value }) => String(value)).join('');
  };

  const recordOf = (row: SqliteRow, at: number): StoredRecord => {
    const { id, key, value, version, label, at: putAt, due_at: dueAt } = row;
    return {
      key: fromStoredText(String(key)),
      value: valueOf(Number(id), String(value)),
      version: Number(version),
      label: fromStoredText(String(label)),
      at: Number(putAt),
      dueMs: dueAt === null ? undefined : Number(dueAt) - at,
    };
  };

  return {
    get(space, key) {
      return connection.read(() => {
        checkGet(space, key);
        const at = now();
        const [row] = run(GET, toStoredText(space), toStoredText(key), at);
        return row && recordOf(row, at);
      });
    },

    write(givenSpace, changes) {
      return connection.write(() => {
        checkWrite(givenSpace, changes);
        const at = now();
        const space = toStoredText(givenSpace);
        deleteExpired(connection, at, Math.max(DELETED_AT_ONCE, changes.length * 2));
        const rows = changes.map((change) => current(space, change, at));
        if (rows.includes(undefined)) return undefined;
        const [versions] = run('UPDATE entry_versions SET last = last + ? RETURNING last', changes.length);
        let next = Number(versions?.['last']) - changes.length;
        return changes.map((change, place) => {
          const id = Number(rows[place]?.['id'] ?? 0);
          if (change.type === 'check') return change.version;
          if (change.type === 'remove') {
            // The value and the texts are deleted with their record.
            run('DELETE FROM entries WHERE id = ?', id);
            return 0;
          }
          next++;
          if (change.type === 'put') put(space, change, id === 0, at, next);
          else touch(change, id, at, next);
          return next;
        });
      });
    },

    list(space, query) {
      return connection.read(() => {
        checkList(space, query);
        const at = now();
        const [sql, values] = selectionOf(toStoredText(space), query, at);
        return run(sql, ...values).map((row) => recordOf(row, at));
      });
    },

    counts(space) {
      return connection.read(() => {
        checkList(space, { limit: 1 });
        const name = toStoredText(space);
        const counts = new Map(
          run('SELECT label, count FROM entry_counts WHERE space = ?', name).map((row) => [
            String(row['label']),
            Number(row['count']),
          ]),
        );
        for (const { label, count } of run(EXPIRED, name, now()))
          counts.set(String(label), (counts.get(String(label)) ?? 0) - Number(count));
        const stored = [...counts].filter(([, count]) => count > 0);
        return Object.fromEntries(stored.map(([label, count]) => [fromStoredText(label), count]));
      });
    },

    search(space, words, limit) {
      return connection.read(() => {
        checkList(space, { limit });
        const query = queryOf(words);
        if (query === undefined) return [];
        const at = now();
        return run(SEARCH, query, toStoredText(space), at, limit).map((row) => {
          const text = fromStoredText(String(row['text']));
          return { ...recordOf(row, at), excerpt: excerptOf(text, words) };
        });
      });
    },
  };
}

/** Deletes at most `most` expired records. Called within `write`. */
export function deleteExpired(connection: SqliteConnection, now: number, most: number): void {
  connection.run(
    'DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE until <= ? ORDER BY until LIMIT ?)',
    now,
    most,
  );
}

/** Splits a value, but no character of two UTF-16 units. */
function partsOf(value: string): readonly string[] {
  if (value.length <= PART_LENGTH) return [value];
  const unit = value.charCodeAt(PART_LENGTH - 1);
  const end = unit >= 0xd800 && unit <= 0xdbff ? PART_LENGTH - 1 : PART_LENGTH;
  return [value.slice(0, end), ...partsOf(value.slice(end))];
}

/** Returns the statement of a list and its values. Each order reads a range of an index, and stops at the limit. */
function selectionOf(
  space: string,
  query: RecordQuery,
  now: number,
): readonly [string, readonly SqliteValue[]] {
  const { label, prefix, keys, order = 'key', after, values = true, limit } = query;
  const conditions = ['space = ?', IS_STORED];
  const parameters: SqliteValue[] = [space, now];
  const add = (condition: string, ...added: readonly SqliteValue[]): void => {
    conditions.push(condition);
    parameters.push(...added);
  };
  if (label !== undefined) add('label = ?', toStoredText(label));
  if (keys !== undefined)
    add('key IN (SELECT value FROM json_each(?))', JSON.stringify(keys.map(toStoredText)));
  if (prefix !== undefined) {
    const start = toStoredText(prefix);
    const end = afterPrefix(start);
    add('key >= ?', start);
    if (end !== undefined) add('key < ?', end);
  }
  if (order === 'due') add('due_at IS NOT NULL');
  if (after !== undefined && order === 'key') add('key > ?', toStoredText(after.key));
  if (after !== undefined && order === 'newest')
    add('at <= ? AND (at < ? OR key > ?)', after.at, after.at, toStoredText(after.key));
  const text = `SELECT ${MEMBERS}, ${values ? 'v.value' : "'' AS value"} FROM entries AS e ${values ? VALUES : ''}
    WHERE ${conditions.join(' AND ')} ORDER BY ${ORDERS[order]} LIMIT ?`;
  return [text, [...parameters, limit]];
}

const ORDERS = { key: 'key', newest: 'at DESC, key', due: 'due_at, key' } as const;

const timeAfter = (now: number, ms: number | null | undefined): number | null =>
  ms === undefined || ms === null ? null : now + ms;

const GET = `SELECT ${MEMBERS}, v.value FROM entries AS e ${VALUES} WHERE space = ? AND key = ? AND ${IS_STORED}`;
const FIND = `SELECT id, version FROM entries WHERE space = ? AND key = ? AND ${IS_STORED}`;
const PUT = `INSERT INTO entries (space, key, version, label, at, due_at, until) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (space, key) DO UPDATE SET version = excluded.version, label = excluded.label, at = excluded.at,
    due_at = excluded.due_at, until = excluded.until RETURNING id`;
const PUT_VALUE =
  'INSERT INTO entry_values (entry, value) VALUES (?, ?) ON CONFLICT (entry) DO UPDATE SET value = excluded.value';
const EXPIRED =
  'SELECT label, count(*) AS count FROM entries INDEXED BY entries_by_end WHERE space = ? AND until <= ? GROUP BY label';
// Selects the best text of each record. In SQLite, a plain column next to min() has the value of the row with the minimum.
const SEARCH = `SELECT ${MEMBERS}, v.value, found.text FROM (
    SELECT t.entry, t.text, min(hit.rank) AS rank
    FROM (SELECT rowid, rank FROM entry_words WHERE entry_words MATCH ?) AS hit JOIN entry_texts AS t ON t.seq = hit.rowid
    GROUP BY t.entry
  ) AS found JOIN entries AS e ON e.id = found.entry ${VALUES}
  WHERE space = ? AND ${IS_STORED} ORDER BY found.rank, e.at DESC, e.key LIMIT ?`;
