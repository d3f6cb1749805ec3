import type {
  CallEntry,
  CallFigures,
  CallHours,
  CallPageQuery,
  CallQuery,
  CallStore,
} from '@majordomo/admin';
import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import type { Database } from '../file/database.ts';

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
    page: (query) => database.read(() => select(database, 'json', query).map((row) => entryOf(row))),
    get: (id) =>
      database.read(() => {
        const row = sql.get.get(toStoredText(id));
        if (row === undefined) return undefined;
        const content = row['content'];
        return typeof content === 'string'
          ? { ...entryOf(row), content: JSON.parse(content) as CallEntry['content'] }
          : entryOf(row);
      }),
    async figures(query) {
      await otherWork();
      return database.read(() => select(database, FIGURES, query).map((row) => figuresOf(row)));
    },
    hours: sqliteCallHours(database),
    prune: (before, most) =>
      database.write(() => {
        const entries = sql.prune.run(before.entries.getTime(), most).changes;
        const contents = sql.pruneContent.run(before.content.getTime(), most).changes;
        return Number(entries) + Number(contents);
      }),
  };
}

/**
 * Lets pending work of the process run between two statements, because each statement blocks the process. Statistics need
 * it, because they read many pages in a row.
 */
const otherWork = (): Promise<void> => new Promise((resume) => setImmediate(resume));

/** Creates the store of hourly sums over the calls. If a call changes, a trigger removes the sums of its hour. */
function sqliteCallHours(database: Database): CallHours {
  const write = database.prepare(
    'UPDATE call_hours SET models = :models, callers = :callers WHERE hour = :hour AND version = :version',
  );
  return {
    async read({ from, to, limit, level }) {
      await otherWork();
      const read = `SELECT hour, version, ${level} AS sums FROM call_hours WHERE hour >= ? AND hour < ? ORDER BY hour LIMIT ?`;
      return database.read(() =>
        database
          .prepare(read)
          .all(from, to, limit)
          .map(({ hour, version, sums }) => ({
            hour: Number(hour),
            version: String(version),
            sums: sums === null ? undefined : String(sums),
          })),
      );
    },
    write: ({ hour, version, models, callers }) =>
      database.write(() => void write.run({ hour, version, models, callers })),
  };
}

/** Columns of `CallFigures`. `nano_usd` is a string, because it may exceed 2⁵³. */
const FIGURES =
  'id, at, model, target, tenant, key, operation, outcome, kind, ms, first_ms, output, CAST(nano_usd AS TEXT) AS nano_usd';

function figuresOf(row: Row): CallFigures {
  const text = (name: string): string | undefined => {
    const value = row[name];
    return typeof value === 'string' ? fromStoredText(value) : undefined;
  };
  return {
    id: text('id') ?? '',
    at: Number(row['at']),
    model: text('model'),
    target: text('target'),
    tenant: text('tenant'),
    key: text('key'),
    operation: row['operation'] as CallFigures['operation'],
    outcome: row['outcome'] as CallFigures['outcome'],
    kind: text('kind'),
    ms: Number(row['ms']),
    firstMs: numberOf(row['first_ms']),
    output: numberOf(row['output']),
    nanoUsd: text('nano_usd'),
  };
}

const numberOf = (value: unknown): number | undefined => (value === null ? undefined : Number(value));

const entryOf = (row: Row): CallEntry => JSON.parse(String(row['json'])) as CallEntry;

const stored = (text: string | undefined): string | null => (text === undefined ? null : toStoredText(text));

/** SQL conditions by name of the filter. `?` is the value. */
const CONDITIONS: readonly (readonly [name: Exclude<keyof CallQuery, 'to'>, condition: string])[] = [
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
  ['id', '(id = ? OR request = ? OR client_request = ?)'],
];

/** Returns a page of matching rows, newest first. SQLite starts to read at `after` or, for the first page, at `to`. */
function select(
  database: Database,
  columns: string,
  { limit, after, to, ...query }: CallPageQuery,
): readonly Row[] {
  const end: Place = [to?.getTime() ?? Number.MAX_SAFE_INTEGER, ''];
  const place: Place = after ? [Date.parse(after.at), toStoredText(after.id)] : end;
  const given = CONDITIONS.filter(([name]) => query[name] !== undefined);
  const conditions = given.map(([, condition]) => condition);
  // A condition may contain its value several times.
  const values = given.flatMap(([name, condition]) =>
    Array.from({ length: condition.split('?').length - 1 }, () => valueOf(query[name])),
  );
  return database
    .prepare(
      `SELECT ${columns} FROM calls WHERE ${['(at, id) < (?, ?)', ...conditions].join(' AND ')}
       ORDER BY at DESC, id DESC LIMIT ?`,
    )
    .all(...place, ...values, limit);
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
