import {
  changeMessage,
  excerptOf,
  fnv1a,
  fromStoredText,
  toStoredText,
  watchChanges,
} from '@majordomo/core/toolkit';
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
import type { Row, Value } from '../client/client.ts';
import type { Connection } from '../client/connection.ts';
import { changeChannel, type Listener } from '../client/listener.ts';
import { StatementQueue } from '../client/statement-queue.ts';
import { toQuery, toVector } from './search-index.ts';

/** Minimum timeout of a statement, in milliseconds, because values can have megabytes. */
const TIMEOUT_MS = 10_000;
/** Minimum number of expired records that a write deletes. Each change adds at most one record. */
const DELETED_AT_ONCE = 20;
/** Separates the space and the key in a notification. In stored text, the letter "u" follows each backslash. */
const SEPARATOR = '\\ ';

/** Place of a record that is read, as stored text. */
interface SoughtRecord {
  readonly space: string;
  readonly key: string;
}

/** Creates the store of records. All times use PostgreSQL's clock. Without a listener, the store has no `watch`. */
export function postgresRecords(
  connection: Connection,
  listener: Listener | undefined,
  schemaName: string,
): RecordStore {
  const { schema, timeoutMs, clock } = connection;
  const now = `(SELECT ${schema}.now_ms())`;
  const isStored = `(until IS NULL OR until > ${now})`;
  const members = `key, label, version::text AS version, at::text AS at, (due_at - ${now})::text AS due`;
  const longTimeoutMs = Math.max(timeoutMs, TIMEOUT_MS);
  const query = (sql: string, values: readonly Value[]): Promise<readonly Row[]> =>
    connection.slowQuery(sql, values, longTimeoutMs);
  const channelOf = (space: string): string => `${schemaName}_records_${fnv1a(space)}`;

  const reads = new StatementQueue(async (sought: readonly SoughtRecord[]) => {
    const rows = await query(
      `SELECT place::text AS place, entry.* FROM json_to_recordset($1::text::json) AS sought (place int, space text, key text),
       LATERAL ${schema}.get_entry(sought.space, sought.key) AS entry`,
      [JSON.stringify(sought.map((one, place) => ({ place, ...one })))],
    );
    const byPlace = new Map(rows.map((row) => [Number(row['place']), row]));
    return sought.map((_, place) => byPlace.get(place));
  });

  const store: RecordStore = {
    async get(space, key) {
      checkGet(space, key);
      const sought = { space: toStoredText(space), key: toStoredText(key) };
      const row = await reads.addWithin((work) => connection.slowly(work, longTimeoutMs), sought);
      return row && recordOf(row);
    },

    async write(space, changes) {
      checkWrite(space, changes);
      const name = toStoredText(space);
      const contents = changes.flatMap((change) => (change.type === 'put' ? [change.value] : []));
      // The first five values are the other arguments.
      const places = contents.map((_, place) => `$${place + 6}::text`);
      const [row] = await query(
        `SELECT ${schema}.write_entries($1::text, $2::text::json, ARRAY[${places.join()}]::text[], $3::text, $4::text, $5::text::int) AS versions`,
        [
          name,
          jsonOf(changes),
          channelOf(name),
          changeMessage(name + SEPARATOR),
          `${Math.max(DELETED_AT_ONCE, 2 * changes.length)}`,
          ...contents,
        ],
      );
      const json = row?.['versions'];
      return typeof json === 'string' ? (JSON.parse(json) as readonly number[]) : undefined;
    },

    async list(space, selection) {
      checkList(space, selection);
      const { keys, order = 'key', limit } = selection;
      const [conditions, values] = conditionsOf(toStoredText(space), selection);
      // OFFSET forbids PostgreSQL to read all records of the space instead.
      const sought = `(
        SELECT entry.* FROM json_array_elements_text($${values.length + 1}::text::json) AS sought (key),
        LATERAL (SELECT * FROM ${schema}.entries WHERE space = $1::text AND key = sought.key OFFSET 0) AS entry
      ) AS entry`;
      const rows = await query(
        `SELECT ${members}, ${selection.values === false ? `'' AS value` : 'value'}
         FROM ${keys === undefined ? `${schema}.entries AS entry` : sought}
         WHERE ${conditions} AND ${isStored} ORDER BY ${ORDERS[order]} LIMIT ${limit}`,
        keys === undefined ? values : [...values, JSON.stringify(Array.from(new Set(keys), toStoredText))],
      );
      return rows.map(recordOf);
    },

    async counts(space) {
      checkSpace(space);
      // `entry_counts` includes expired records that are not deleted yet, so they are subtracted.
      const rows = await query(
        `SELECT label, sum(count)::text AS count FROM (
           SELECT label, count FROM ${schema}.entry_counts WHERE space = $1::text
           UNION ALL SELECT label, -1 FROM ${schema}.entries WHERE until <= ${now} AND space = $1::text
         ) AS part GROUP BY label HAVING sum(count) > 0`,
        [toStoredText(space)],
      );
      return Object.fromEntries(rows.map(({ label, count }) => [fromStoredText(label ?? ''), Number(count)]));
    },

    async search(space, words, limit) {
      checkList(space, { limit });
      const sought = toQuery(words);
      if (sought === undefined) return [];
      // The argument 2 of `ts_rank` divides the rank by the length of the text.
      const rows = await query(
        `SELECT ${members}, value, text FROM (
           SELECT DISTINCT ON (key) space, key, text, ts_rank(words, $2::text::tsquery, 2) AS rank
           FROM ${schema}.entry_texts WHERE space = $1::text AND words @@ $2::text::tsquery ORDER BY key, rank DESC
         ) AS found JOIN ${schema}.entries AS entry USING (space, key)
         WHERE ${isStored} ORDER BY rank DESC, entry.at DESC, key LIMIT ${limit}`,
        [toStoredText(space), sought],
      );
      return rows.map((row) => ({
        ...recordOf(row),
        excerpt: excerptOf(fromStoredText(row['text'] ?? ''), words),
      }));
    },
  };
  if (listener === undefined) return store;
  return {
    ...store,
    async watch(space, changed) {
      checkSpace(space);
      const name = toStoredText(space);
      const channel = channelOf(name);
      const publish = (message: string): Promise<unknown> =>
        connection.query(`SELECT ${schema}.watch_entries($1::text, $2::text, $3::text)::text`, [
          name,
          channel,
          message,
        ]);
      // Writes notify the channel from now on.
      await publish('');
      return watchChanges(changeChannel(connection, listener, channel, publish), clock, (id) => {
        if (id === undefined) changed(undefined);
        // Spaces may share a channel.
        else if (id.startsWith(name + SEPARATOR))
          changed(fromStoredText(id.slice(name.length + SEPARATOR.length)));
      });
    },
  };
}

/** Returns the changes as the JSON of the function `write_entries`, with the values replaced by their places. */
function jsonOf(changes: readonly RecordChange[]): string {
  let contents = 0;
  const rows = changes.map((change, index) => {
    const { type, version } = change;
    const row = { place: index + 1, type, key: toStoredText(change.key), version };
    if (change.type !== 'put' && change.type !== 'touch') return row;
    const { dueMs: due, keepMs: keep, label } = change;
    if (change.type === 'touch') {
      const sets = { sets_due: due !== undefined, sets_until: keep !== undefined };
      return { ...row, label: label && toStoredText(label), due, keep, ...sets };
    }
    const texts = change.texts?.map((text) => ({ text: toStoredText(text), words: toVector(text) }));
    return { ...row, label: toStoredText(label ?? ''), due, keep, content: ++contents, texts };
  });
  return JSON.stringify(rows);
}

/** Returns the conditions of a list without `keys`, and their values. Each order reads a range of an index, and stops at the limit. */
function conditionsOf(space: string, query: RecordQuery): readonly [string, readonly Value[]] {
  const { label, prefix, order = 'key', after } = query;
  const values: Value[] = [space];
  const conditions = ['space = $1::text'];
  const parameter = (value: string): string => `$${values.push(value)}::text`;
  // The condition of the indexes for these lists.
  if (label !== undefined || order === 'newest') conditions.push('at > 0');
  if (label !== undefined) conditions.push(`label = ${parameter(toStoredText(label))}`);
  if (prefix !== undefined) {
    const start = toStoredText(prefix);
    const end = afterPrefix(start);
    conditions.push(`key >= ${parameter(start)}`);
    if (end !== undefined) conditions.push(`key < ${parameter(end)}`);
  }
  if (order === 'due') conditions.push('due_at IS NOT NULL');
  if (after === undefined) return [conditions.join(' AND '), values];
  const key = `key > ${parameter(toStoredText(after.key))}`;
  if (order === 'key') return [[...conditions, key].join(' AND '), values];
  const at = `${parameter(`${after.at}`)}::bigint`;
  return [[...conditions, `at <= ${at} AND (at < ${at} OR ${key})`].join(' AND '), values];
}

const ORDERS = { key: 'key', newest: 'entry.at DESC, key', due: 'due_at, key' } as const;

function recordOf(row: Row): StoredRecord {
  const { key, value, version, label, at, due } = row;
  return {
    key: fromStoredText(key ?? ''),
    value: value ?? '',
    version: Number(version),
    label: fromStoredText(label ?? ''),
    at: Number(at),
    dueMs: typeof due === 'string' ? Number(due) : undefined,
  };
}
