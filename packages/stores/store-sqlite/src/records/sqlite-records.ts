import type { StatementSync } from 'node:sqlite';
import { excerptOf, fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import {
  afterPrefix,
  checkGet,
  checkList,
  checkWrite,
  type RecordChange,
  type RecordQuery,
  type RecordStore,
  type StoredRecord,
} from '@majordomo/records';
import type { Database } from '../file/database.ts';
import { queryOf, toIndexText } from './search-index.ts';

type Row = Readonly<Record<string, unknown>>;
type Value = string | number | null;
type Put = Extract<RecordChange, { type: 'put' }>;
type Touch = Extract<RecordChange, { type: 'touch' }>;

/** Maximum number of expired records that one operation deletes. Each change adds at most one record. */
const DELETED_AT_ONCE = 20;
/** Condition of a record that has not expired. Its parameter is the time. */
const IS_STORED = '(until IS NULL OR until > ?)';
const MEMBERS = 'e.id, e.key, e.label, e.version, e.at, e.due_at';

/** Creates the records in the file. */
export function sqliteRecords(database: Database, now: () => number): RecordStore {
  const sql = statements(database);
  const lists = new Map<string, StatementSync>();

  const deleteExpired = (at: number, changes: number): void => {
    sql.deleteExpired.run(at, Math.max(DELETED_AT_ONCE, changes * 2));
  };

  /** Returns the stored record of a change if its version is the named one, `null` if none is stored, `undefined` otherwise. */
  const current = (
    space: string,
    { type, key, version }: RecordChange,
    at: number,
  ): Row | null | undefined => {
    const row = sql.find.get(space, toStoredText(key), at) ?? null;
    const stored = Number(row?.['version'] ?? 0);
    if (version !== undefined && version !== stored) return undefined;
    return type === 'touch' && row === null ? undefined : row;
  };

  const put = (space: string, change: Put, at: number, version: number): void => {
    const { key, value, label = '', dueMs, keepMs, texts } = change;
    const name = toStoredText(key);
    // The key may have an expired record.
    sql.deleteKeyIfExpired.run(space, name, at);
    const times = [timeAfter(at, dueMs), timeAfter(at, keepMs)];
    const members = [version, toStoredText(label), Math.floor(at), ...times];
    const id = Number(sql.put.get(space, name, ...members)?.['id']);
    sql.putValue.run(id, value);
    sql.deleteTexts.run(id);
    for (const text of texts ?? []) {
      const { lastInsertRowid } = sql.putText.run(id, toStoredText(text));
      sql.putWords.run(lastInsertRowid, toIndexText(text));
    }
  };

  const touch = (change: Touch, id: number, at: number, version: number): void => {
    const { label, dueMs, keepMs } = change;
    sql.touch.run(version, id);
    if (label !== undefined) sql.setLabel.run(toStoredText(label), id);
    if (dueMs !== undefined) sql.setDue.run(timeAfter(at, dueMs), id);
    if (keepMs !== undefined) sql.setUntil.run(timeAfter(at, keepMs), id);
  };

  return {
    get(space, key) {
      return database.read(() => {
        checkGet(space, key);
        const at = now();
        const row = sql.get.get(toStoredText(space), toStoredText(key), at);
        return row && recordOf(row, at);
      });
    },

    write(givenSpace, changes) {
      return database.write(() => {
        checkWrite(givenSpace, changes);
        const at = now();
        const space = toStoredText(givenSpace);
        deleteExpired(at, changes.length);
        const rows = changes.map((change) => current(space, change, at));
        if (rows.includes(undefined)) return undefined;
        let next = Number(sql.addVersions.get(changes.length)?.['last']) - changes.length;
        return changes.map((change, place) => {
          const row = rows[place] ?? undefined;
          if (change.type === 'check') return change.version;
          if (change.type === 'remove') {
            if (row !== undefined) sql.remove.run(Number(row['id']));
            return 0;
          }
          next++;
          if (change.type === 'put') put(space, change, at, next);
          else touch(change, Number(row?.['id']), at, next);
          return next;
        });
      });
    },

    list(space, query) {
      return database.read(() => {
        checkList(space, query);
        const at = now();
        const [text, values] = selectionOf(toStoredText(space), query, at);
        const statement = lists.get(text) ?? database.prepare(text);
        lists.set(text, statement);
        return statement.all(...values).map((row) => recordOf(row, at));
      });
    },

    counts(space) {
      return database.read(() => {
        checkList(space, { limit: 1 });
        const name = toStoredText(space);
        const counts = new Map(
          sql.counts.all(name).map((row) => [String(row['label']), Number(row['count'])]),
        );
        for (const { label, count } of sql.expired.all(name, now()))
          counts.set(String(label), (counts.get(String(label)) ?? 0) - Number(count));
        const stored = [...counts].filter(([, count]) => count > 0);
        return Object.fromEntries(stored.map(([label, count]) => [fromStoredText(label), count]));
      });
    },

    search(space, words, limit) {
      return database.read(() => {
        checkList(space, { limit });
        const query = queryOf(words);
        if (query === undefined) return [];
        const at = now();
        return sql.search.all(query, toStoredText(space), at, limit).map((row) => {
          const text = fromStoredText(String(row['text']));
          return { ...recordOf(row, at), excerpt: excerptOf(text, words) };
        });
      });
    },
  };
}

/** Returns the statement of a list and its values. Each order reads a range of an index, and stops at the limit. */
function selectionOf(space: string, query: RecordQuery, now: number): readonly [string, readonly Value[]] {
  const { label, prefix, keys, order = 'key', after, values = true, limit } = query;
  const conditions = ['space = ?', IS_STORED];
  const parameters: Value[] = [space, now];
  const add = (condition: string, ...added: readonly Value[]): void => {
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

const VALUES = 'JOIN entry_values AS v ON v.entry = e.id';
const ORDERS = { key: 'key', newest: 'at DESC, key', due: 'due_at, key' } as const;

function recordOf(row: Row, now: number): StoredRecord {
  const { key, value, version, label, at, due_at: dueAt } = row;
  return {
    key: fromStoredText(String(key)),
    value: String(value),
    version: Number(version),
    label: fromStoredText(String(label)),
    at: Number(at),
    dueMs: dueAt === null ? undefined : Number(dueAt) - now,
  };
}

const timeAfter = (now: number, ms: number | null | undefined): number | null =>
  ms === undefined || ms === null ? null : now + ms;

function statements(database: Database) {
  return {
    get: database.prepare(
      `SELECT ${MEMBERS}, v.value FROM entries AS e ${VALUES} WHERE space = ? AND key = ? AND ${IS_STORED}`,
    ),
    find: database.prepare(`SELECT id, version FROM entries WHERE space = ? AND key = ? AND ${IS_STORED}`),
    addVersions: database.prepare('UPDATE entry_versions SET last = last + ? RETURNING last'),
    put: database.prepare(
      `INSERT INTO entries (space, key, version, label, at, due_at, until) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (space, key) DO UPDATE SET version = excluded.version, label = excluded.label, at = excluded.at,
         due_at = excluded.due_at, until = excluded.until RETURNING id`,
    ),
    putValue: database.prepare(
      'INSERT INTO entry_values (entry, value) VALUES (?, ?) ON CONFLICT (entry) DO UPDATE SET value = excluded.value',
    ),
    deleteTexts: database.prepare('DELETE FROM entry_texts WHERE entry = ?'),
    putText: database.prepare('INSERT INTO entry_texts (entry, text) VALUES (?, ?)'),
    putWords: database.prepare('INSERT INTO entry_words (rowid, said) VALUES (?, ?)'),
    touch: database.prepare('UPDATE entries SET version = ? WHERE id = ?'),
    setLabel: database.prepare('UPDATE entries SET label = ? WHERE id = ?'),
    setDue: database.prepare('UPDATE entries SET due_at = ? WHERE id = ?'),
    setUntil: database.prepare('UPDATE entries SET until = ? WHERE id = ?'),
    // The value and the texts are deleted with their record.
    remove: database.prepare('DELETE FROM entries WHERE id = ?'),
    deleteKeyIfExpired: database.prepare('DELETE FROM entries WHERE space = ? AND key = ? AND until <= ?'),
    deleteExpired: database.prepare(
      'DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE until <= ? ORDER BY until LIMIT ?)',
    ),
    counts: database.prepare('SELECT label, count FROM entry_counts WHERE space = ?'),
    expired: database.prepare(
      'SELECT label, count(*) AS count FROM entries INDEXED BY entries_by_end WHERE space = ? AND until <= ? GROUP BY label',
    ),
    // Selects the best text of each record. In SQLite, a plain column next to min() has the value of the row with the minimum.
    search: database.prepare(
      `SELECT ${MEMBERS}, v.value, found.text FROM (
         SELECT t.entry, t.text, min(hit.rank) AS rank
         FROM (SELECT rowid, rank FROM entry_words WHERE entry_words MATCH ?) AS hit JOIN entry_texts AS t ON t.seq = hit.rowid
         GROUP BY t.entry
       ) AS found JOIN entries AS e ON e.id = found.entry ${VALUES}
       WHERE space = ? AND ${IS_STORED} ORDER BY found.rank, e.at DESC, e.key LIMIT ?`,
    ),
  };
}
