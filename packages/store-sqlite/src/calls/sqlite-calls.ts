import type { CallEntry, CallQuery, CallStore } from '@majordomo/admin';
import { toStoredText } from '@majordomo/core/toolkit';
import type { Database } from '../file/database.ts';
import { CallSums, type FigureRow } from './call-sums.ts';

/** Number of rows that `stats` reads before other work of the process continues. */
const STATS_ROWS = 2000;

type Row = Readonly<Record<string, unknown>>;
type Place = readonly [at: number, id: string];

/** Creates the store of the call log in the file. */
export function sqliteCalls(database: Database): CallStore {
  const sql = statements(database);
  return {
    append: (entries) =>
      database.write(() => {
        for (const { content, ...entry } of entries)
          sql.put.run({
            id: toStoredText(entry.id),
            at: Date.parse(entry.at),
            request: stored(entry.requestId),
            clientRequest: stored(entry.clientRequestId),
            tenant: stored(entry.tenant),
            key: stored(entry.key),
            model: stored(entry.model),
            target: stored(entry.target),
            operation: entry.operation,
            outcome: entry.outcome,
            kind: stored(entry.error?.kind),
            ms: entry.ms,
            firstMs: entry.firstMs ?? null,
            output: entry.isStreamed === true ? (entry.usage?.output ?? null) : null,
            nanoUsd: entry.nanoUsd === undefined ? null : BigInt(entry.nanoUsd),
            json: JSON.stringify(entry),
            content: content === undefined ? null : JSON.stringify(content),
          });
      }),
    page: ({ limit, after, ...query }) =>
      database.read(() => {
        const from: Place = after ? [Date.parse(after.at), toStoredText(after.id)] : NEWEST;
        return select(database, 'json', query, from, limit).map((row) => entryOf(row));
      }),
    get: (id) =>
      database.read(() => {
        const row = sql.get.get(toStoredText(id));
        if (row === undefined) return undefined;
        const content = row['content'];
        return typeof content === 'string'
          ? { ...entryOf(row), content: JSON.parse(content) as CallEntry['content'] }
          : entryOf(row);
      }),
    async stats(query) {
      const sums = new CallSums(query);
      let from = NEWEST;
      for (;;) {
        const rows = await database.read(() => select(database, FIGURES, query, from, STATS_ROWS));
        for (const row of rows) sums.add(row as FigureRow);
        const last = rows.at(-1);
        if (rows.length < STATS_ROWS || last === undefined) return sums.rows();
        from = [Number(last['at']), String(last['id'])];
        await new Promise((resume) => setImmediate(resume));
      }
    },
    prune: (before, most) =>
      database.write(() => {
        const entries = sql.prune.run(before.entries.getTime(), most).changes;
        const contents = sql.pruneContent.run(before.content.getTime(), most).changes;
        return Number(entries) + Number(contents);
      }),
  };
}

/** Position before the newest call. */
const NEWEST: Place = [Number.MAX_SAFE_INTEGER, ''];
const FIGURES =
  'at, id, model, target, tenant, key, outcome, kind, ms, first_ms, output, CAST(nano_usd AS TEXT) AS nano_usd';

const entryOf = (row: Row): CallEntry => JSON.parse(String(row['json'])) as CallEntry;

const stored = (text: string | undefined): string | null => (text === undefined ? null : toStoredText(text));

/** SQL conditions by name of the filter. `?` is the value. */
const CONDITIONS: readonly (readonly [name: keyof CallQuery, condition: string])[] = [
  ['tenant', 'tenant = ?'],
  ['key', '"key" = ?'],
  ['model', 'model = ?'],
  ['target', 'target = ?'],
  ['operation', 'operation = ?'],
  ['outcome', 'outcome = ?'],
  ['kind', 'kind = ?'],
  ['minMs', 'ms >= ?'],
  ['minUsd', 'nano_usd >= CAST(round(CAST(? AS REAL) * 1e9) AS INTEGER)'],
  ['from', 'at >= ?'],
  ['to', 'at < ?'],
  ['id', '(id = ? OR request = ? OR client_request = ?)'],
];

/** Returns matching rows after a position, newest first. */
function select(
  database: Database,
  columns: string,
  query: CallQuery,
  from: Place,
  limit: number,
): readonly Row[] {
  const given = CONDITIONS.filter(([name]) => query[name] !== undefined);
  const conditions = given.map(([, condition]) => condition);
  const values = given.flatMap(([name, condition]) =>
    Array.from({ length: condition.split('?').length - 1 }, () => valueOf(query[name])),
  );
  return database
    .prepare(
      `SELECT ${columns} FROM calls WHERE ${['(at, id) < (?, ?)', ...conditions].join(' AND ')}
       ORDER BY at DESC, id DESC LIMIT ?`,
    )
    .all(...from, ...values, limit);
}

function valueOf(value: CallQuery[keyof CallQuery]): string | number {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' ? value : toStoredText(value ?? '');
}

function statements(database: Database) {
  return {
    put: database.prepare(
      `INSERT INTO calls (id, at, request, client_request, tenant, "key", model, target, operation, outcome, kind, ms, first_ms,
         output, nano_usd, json, content)
       VALUES (:id, :at, :request, :clientRequest, :tenant, :key, :model, :target, :operation, :outcome, :kind, :ms, :firstMs,
         :output, :nanoUsd, :json, :content)
       ON CONFLICT DO UPDATE SET at = excluded.at, request = excluded.request, client_request = excluded.client_request,
         tenant = excluded.tenant, "key" = excluded."key", model = excluded.model, target = excluded.target,
         operation = excluded.operation, outcome = excluded.outcome, kind = excluded.kind, ms = excluded.ms,
         first_ms = excluded.first_ms, output = excluded.output, nano_usd = excluded.nano_usd, json = excluded.json,
         content = coalesce(excluded.content, content)`,
    ),
    get: database.prepare('SELECT json, content FROM calls WHERE id = ?'),
    prune: database.prepare(
      'DELETE FROM calls WHERE id IN (SELECT id FROM calls WHERE at < ? ORDER BY at LIMIT ?)',
    ),
    pruneContent: database.prepare(
      `UPDATE calls SET content = NULL WHERE id IN (
         SELECT id FROM calls WHERE at < ? AND content IS NOT NULL ORDER BY at LIMIT ?)`,
    ),
  };
}
