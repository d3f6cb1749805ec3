import { truncateText } from '@majordomo/core';
import { excerptOf, fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import { afterPrefix, checkGet, checkList, checkSpace, checkWrite, isCurrent } from '../checks.ts';
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
  /** Runs a function that reads. Its statements see the same state, also while another process writes. */
  read<T>(run: () => T): Promise<T>;
  /** Runs a function in a transaction without other writers. */
  write<T>(run: () => T): Promise<T>;
}

type Put = Extract<RecordChange, { type: 'put' }>;
type Touch = Extract<RecordChange, { type: 'touch' }>;

/** What is stored under the key of a change. */
interface Found {
  /** Id of the record; `undefined` if none is stored or it has expired. SQLite may use the id of a deleted record again. */
  readonly id: number | undefined;
  /** Version of the record; 0 if none is stored or it has expired. */
  readonly version: number;
  /** Number of rows in `entry_parts`, of an expired record, too; 0 for a value in the row of its record. */
  readonly parts: number;
  readonly hasTexts: boolean;
  /** Whether any record has expired. */
  readonly hasExpired: boolean;
}

/** Maximum number of expired records that one operation deletes. Each change adds at most one record. */
const DELETED_AT_ONCE = 20;
/** Maximum length of a value in the row of its record. A change of another member writes the row again. */
const ROW_LENGTH = 2000;
/** Maximum length of a part of a value. SQLite writes a row of more than 128 KB at half the speed. */
const PART_LENGTH = 100_000;
/** Condition of a record that has not expired. Its parameter is the time. */
const IS_STORED = '(until IS NULL OR until > ?)';
const MEMBERS = 'e.id, e.key, e.label, e.version, e.at, e.due_at';
const VALUE =
  'coalesce(e.value, (SELECT p.value FROM entry_parts AS p WHERE p.entry = e.id AND p.part = 0)) AS value';

/** Creates a store of records in a SQLite database, of any runtime with a synchronous connection. */
export function sqliteRecords(connection: SqliteConnection, now: () => number): RecordStore {
  // A method of the connection, which may use `this`.
  const run: SqliteConnection['run'] = (sql, ...values) => connection.run(sql, ...values);

  // These functions receive the name of the space after `toStoredText`.
  const find = (space: string, { key }: RecordChange, at: number): Found => {
    const [row = {}] = run(FIND, at, at, space, toStoredText(key));
    const {
      id,
      version,
      last_part: lastPart,
      has_texts: hasTexts,
      is_stored: isStored,
      has_expired: hasExpired,
    } = row;
    const hasRecord = id !== null && isStored === 1;
    return {
      id: hasRecord ? Number(id) : undefined,
      version: hasRecord ? Number(version) : 0,
      parts: lastPart === null ? 0 : Number(lastPart) + 1,
      hasTexts: hasTexts === 1,
      hasExpired: hasExpired === 1,
    };
  };

  /** Stores a new record, or replaces the found one. Returns its id and its version. */
  const putEntry = (space: string, change: Put, { id, hasExpired }: Found, at: number): SqliteRow => {
    const { key, value, label = '', dueMs, keepMs } = change;
    const inRow = value.length <= ROW_LENGTH ? value : null;
    const members = [toStoredText(label), Math.floor(at), timeAfter(at, dueMs), timeAfter(at, keepMs), inRow];
    if (id !== undefined) return run(REPLACE, ...members, id)[0] ?? {};
    const name = toStoredText(key);
    // The key may have an expired record.
    if (hasExpired) run('DELETE FROM entries WHERE space = ? AND key = ? AND until <= ?', space, name, at);
    return run(INSERT, ...members, space, name)[0] ?? {};
  };

  const put = (space: string, change: Put, found: Found, at: number): number => {
    const { id: stored, version } = putEntry(space, change, found, at);
    const id = Number(stored);
    const { value, texts = [] } = change;
    const parts = value.length <= ROW_LENGTH ? [] : partsOf(value);
    for (const [place, part] of parts.entries()) run(PUT_PART, id, place, part);
    if (found.parts > parts.length)
      run('DELETE FROM entry_parts WHERE entry = ? AND part >= ?', id, parts.length);
    if (found.hasTexts) run('DELETE FROM entry_texts WHERE entry = ?', id);
    for (const text of texts) {
      const [added] = run(
        'INSERT INTO entry_texts (entry, text) VALUES (?, ?) RETURNING seq',
        id,
        toStoredText(text),
      );
      run('INSERT INTO entry_words (rowid, said) VALUES (?, ?)', Number(added?.['seq']), toIndexText(text));
    }
    return Number(version);
  };

  /** Changes members of a stored record, whose id is set, because `isCurrent` has refused a touch without a record. */
  const touch = ({ label, dueMs, keepMs }: Touch, { id = 0, version }: Found, at: number): number => {
    const next = version + 1;
    // A renewal of a lease changes only the due time.
    if (dueMs === undefined) run('UPDATE entries SET version = ? WHERE id = ?', next, id);
    else run('UPDATE entries SET version = ?, due_at = ? WHERE id = ?', next, timeAfter(at, dueMs), id);
    if (label !== undefined) run('UPDATE entries SET label = ? WHERE id = ?', toStoredText(label), id);
    if (keepMs !== undefined) run('UPDATE entries SET until = ? WHERE id = ?', timeAfter(at, keepMs), id);
    return next;
  };

  /** Makes a change, and returns its version. */
  const make = (space: string, change: RecordChange, found: Found, at: number): number => {
    if (change.type === 'check') return change.version;
    if (change.type === 'put') return put(space, change, found, at);
    if (change.type === 'touch') return touch(change, found, at);
    // The value and the texts are deleted with their record.
    if (found.id !== undefined) run('DELETE FROM entries WHERE id = ?', found.id);
    return 0;
  };

  /** Returns a value, whose first part is given. */
  const valueOf = (id: number, first: string): string => {
    // The first of several parts has `PART_LENGTH` characters, or one fewer; see `partsOf`.
    if (first.length < PART_LENGTH - 1) return first;
    const parts = run('SELECT value FROM entry_parts WHERE entry = ? AND part > 0 ORDER BY part', id);
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
        const steps = changes.map((change) => ({ change, found: find(space, change, at) }));
        if (!steps.every(({ change, found }) => isCurrent(change, found.version))) return undefined;
        // Whether any record of the database has expired is the same for each step. Deletes more records than the write adds.
        if (steps[0]?.found.hasExpired === true)
          deleteExpired(connection, at, Math.max(DELETED_AT_ONCE, changes.length * 2));
        return steps.map(({ change, found }) => make(space, change, found, at));
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
        checkSpace(space);
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
  const first = truncateText(value, PART_LENGTH);
  return first === value ? [first] : [first, ...partsOf(value.slice(first.length))];
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
  const text = `SELECT ${MEMBERS}, ${values ? VALUE : "'' AS value"} FROM entries AS e
    WHERE ${conditions.join(' AND ')} ORDER BY ${ORDERS[order]} LIMIT ?`;
  return [text, [...parameters, limit]];
}

const ORDERS = { key: 'key', newest: 'at DESC, key', due: 'due_at, key' } as const;

const timeAfter = (now: number, ms: number | null | undefined): number | null =>
  ms === undefined || ms === null ? null : now + ms;

const GET = `SELECT ${MEMBERS}, ${VALUE} FROM entries AS e WHERE space = ? AND key = ? AND ${IS_STORED}`;
const FIND = `SELECT e.id, e.version, ${IS_STORED} AS is_stored, stored.has_expired,
    CASE WHEN e.value IS NULL THEN (SELECT max(part) FROM entry_parts WHERE entry = e.id) END AS last_part,
    EXISTS (SELECT 1 FROM entry_texts WHERE entry = e.id) AS has_texts
  FROM (SELECT EXISTS (SELECT 1 FROM entries WHERE until <= ?) AS has_expired) AS stored
  LEFT JOIN entries AS e ON e.space = ? AND e.key = ?`;
// A version above those of all removed records.
const INSERT = `INSERT INTO entries (version, label, at, due_at, until, value, space, key)
  VALUES ((SELECT last + 1 FROM entry_versions), ?, ?, ?, ?, ?, ?, ?) RETURNING id, version`;
const REPLACE = `UPDATE entries SET version = version + 1, label = ?, at = ?, due_at = ?, until = ?, value = ?
  WHERE id = ? RETURNING id, version`;
const PUT_PART = `INSERT INTO entry_parts (entry, part, value) VALUES (?, ?, ?)
  ON CONFLICT (entry, part) DO UPDATE SET value = excluded.value`;
const EXPIRED =
  'SELECT label, count(*) AS count FROM entries INDEXED BY entries_by_end WHERE space = ? AND until <= ? GROUP BY label';
// Selects the best text of each record. In SQLite, a plain column next to min() has the value of the row with the minimum.
const SEARCH = `SELECT ${MEMBERS}, ${VALUE}, found.text FROM (
    SELECT t.entry, t.text, min(hit.rank) AS rank
    FROM (SELECT rowid, rank FROM entry_words WHERE entry_words MATCH ?) AS hit JOIN entry_texts AS t ON t.seq = hit.rowid
    GROUP BY t.entry
  ) AS found JOIN entries AS e ON e.id = found.entry
  WHERE space = ? AND ${IS_STORED} ORDER BY found.rank, e.at DESC, e.key LIMIT ?`;
