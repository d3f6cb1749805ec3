import type {
  CallEntry,
  CallFigures,
  CallHours,
  CallPageQuery,
  CallQuery,
  CallStore,
} from '@majordomo/admin';
import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import type { Row, Value } from '../client/client.ts';
import type { Connection } from '../client/connection.ts';

/** Timeout of `figures`, in milliseconds. A filter that matches few of many calls takes longer than other statements. */
const FIGURES_MS = 30_000;

/** Creates the store of the call log. */
export function postgresCalls(connection: Connection): CallStore {
  const { schema } = connection;
  return {
    async append(entries) {
      // A statement cannot write a row twice, so only the last entry with each id is written.
      const rows = [...new Map(entries.map((entry) => [entry.id, toRow(entry)])).values()];
      if (rows.length > 0) await connection.query(appendSql(schema), [JSON.stringify(rows)]);
    },
    async page(query) {
      const rows = await connection.query(...pageSql(schema, 'json', query));
      return rows.map(entryOf);
    },
    async get(id) {
      const [row] = await connection.query(`SELECT json, content FROM ${schema}.calls WHERE id = $1::text`, [
        toStoredText(id),
      ]);
      if (row === undefined) return undefined;
      const content = row['content'] ?? undefined;
      return content === undefined
        ? entryOf(row)
        : { ...entryOf(row), content: JSON.parse(content) as CallEntry['content'] };
    },
    async figures(query) {
      const rows = await connection.slowQuery(...pageSql(schema, FIGURES, query), FIGURES_MS);
      return rows.map(figuresOf);
    },
    hours: postgresCallHours(connection),
    async prune(before, most) {
      const values = [`${before.entries.getTime()}`, `${before.content.getTime()}`, `${most}`];
      const [row] = await connection.query(pruneSql(schema), values);
      return Number(row?.['deleted'] ?? 0);
    },
  };
}

/** Creates the store of hourly sums over the calls. */
function postgresCallHours(connection: Connection): CallHours {
  const table = `${connection.schema}.call_hours`;
  return {
    async read({ from, to, limit, level }) {
      const rows = await connection.query(
        `SELECT hour::text AS hour, version, ${level} AS sums FROM ${table}
         WHERE hour >= $1::text::bigint AND hour < $2::text::bigint ORDER BY hour LIMIT $3::text::int`,
        [`${from}`, `${to}`, `${limit}`],
      );
      return rows.map(({ hour, version, sums }) => ({
        hour: Number(hour),
        version: version ?? '',
        sums: sums ?? undefined,
      }));
    },
    async write({ hour, version, models, callers }) {
      // Each call of the hour changes the version, so sums that a later call has outdated are not stored.
      await connection.query(
        `UPDATE ${table} SET models = $3::text, callers = $4::text WHERE hour = $1::text::bigint AND version = $2::text`,
        [`${hour}`, version, models, callers],
      );
    },
  };
}

/** Columns of `CallFigures`. */
const FIGURES =
  'id, at::text AS at, model, target, tenant, key, operation, outcome, kind, ms::text AS ms, first_ms::text AS first_ms, output::text AS output, nano_usd::text AS nano_usd';

function figuresOf(row: Row): CallFigures {
  const text = (name: string): string | undefined => {
    const value = row[name] ?? undefined;
    return value && fromStoredText(value);
  };
  const number = (name: string): number | undefined => {
    const value = row[name] ?? undefined;
    return value === undefined ? undefined : Number(value);
  };
  return {
    id: text('id') ?? '',
    at: number('at') ?? 0,
    model: text('model'),
    target: text('target'),
    tenant: text('tenant'),
    key: text('key'),
    operation: row['operation'] as CallFigures['operation'],
    outcome: row['outcome'] as CallFigures['outcome'],
    kind: text('kind'),
    ms: number('ms') ?? 0,
    firstMs: number('first_ms'),
    output: number('output'),
    nanoUsd: text('nano_usd'),
  };
}

/** Returns the SQL of a page of matching rows, newest first, with its values. */
function pageSql(
  schema: string,
  columns: string,
  { limit, after, ...query }: CallPageQuery,
): readonly [sql: string, values: readonly Value[]] {
  const { conditions, values } = whereOf(query);
  if (after !== undefined) {
    values.push(`${Date.parse(after.at)}`, toStoredText(after.id));
    conditions.push(`(at, id) < ($${values.length - 1}::text::bigint, $${values.length}::text)`);
  }
  values.push(`${limit}`);
  const sql = `SELECT ${columns} FROM ${schema}.calls AS call WHERE ${conditions.join(' AND ')}
    ORDER BY call.at DESC, call.id DESC LIMIT $${values.length}::text::int`;
  return [sql, values];
}

/** Functions that return the SQL condition of a filter, by name of the filter. */
const CONDITIONS: Readonly<Record<keyof CallQuery, (value: string) => string>> = {
  from: (value) => `at >= ${value}::bigint`,
  to: (value) => `at < ${value}::bigint`,
  tenant: (value) => `tenant = ${value}`,
  key: (value) => `key = ${value}`,
  model: (value) => `model = ${value}`,
  target: (value) => `target = ${value}`,
  operation: (value) => `operation = ${value}`,
  outcome: (value) => `outcome = ${value}`,
  kind: (value) => `kind = ${value}`,
  minMs: (value) => `ms >= ${value}::numeric`,
  minUsd: (value) => `nano_usd >= ${value}::numeric * 1000000000`,
  id: (value) => `(id = ${value} OR request = ${value} OR client_request = ${value})`,
};

function whereOf(query: CallQuery): { readonly conditions: string[]; readonly values: Value[] } {
  const values: Value[] = [];
  const conditions = Object.entries(CONDITIONS).flatMap(([name, condition]) => {
    const value = query[name as keyof CallQuery];
    if (value === undefined) return [];
    values.push(value instanceof Date ? `${value.getTime()}` : toStoredText(`${value}`));
    return condition(`$${values.length}::text`);
  });
  return { conditions: ['true', ...conditions], values };
}

/** Returns the columns of an entry. `nano_usd` is a string, because it may exceed 2⁵³. `CallFigures` defines `output`. */
function toRow({ content, ...entry }: CallEntry): object {
  const stored = (text: string | undefined): string | undefined => text && toStoredText(text);
  return {
    id: toStoredText(entry.id),
    at: Date.parse(entry.at),
    request: stored(entry.requestId),
    client_request: stored(entry.clientRequestId),
    tenant: stored(entry.tenant),
    key: stored(entry.key),
    model: stored(entry.model),
    target: stored(entry.target),
    operation: entry.operation,
    outcome: entry.outcome,
    kind: stored(entry.error?.kind),
    ms: entry.ms,
    first_ms: entry.firstMs,
    output: entry.isStreamed === true ? entry.usage?.output : undefined,
    nano_usd: entry.nanoUsd,
    json: JSON.stringify(entry),
    content: content && JSON.stringify(content),
  };
}

const COLUMNS =
  'id, at, request, client_request, tenant, key, model, target, operation, outcome, kind, ms, first_ms, output, nano_usd, json, content';

/** Returns the SQL that writes entries. An entry that is written again without content retains its content. */
const appendSql = (schema: string): string => `
WITH entry AS (
  SELECT * FROM jsonb_to_recordset($1::text::jsonb) AS entry (
    id text, at bigint, request text, client_request text, tenant text, key text, model text, target text, operation text,
    outcome text, kind text, ms numeric, first_ms numeric, output numeric, nano_usd numeric, json text, content text)
), changed AS (
  SELECT at FROM entry UNION ALL
  SELECT call.at FROM ${schema}.calls AS call JOIN entry ON call.id = entry.id COLLATE "C"
), hours AS (${newVersionSql(schema)})
INSERT INTO ${schema}.calls AS call (${COLUMNS}) SELECT ${COLUMNS} FROM entry ORDER BY id COLLATE "C"
ON CONFLICT (id) DO UPDATE SET ${COLUMNS.split(', ')
  .slice(1, -1)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')}, content = coalesce(excluded.content, call.content)`;

/** Returns the SQL that removes the sums of all hours in which calls of the table `changed` started. */
const newVersionSql = (schema: string): string => `
  INSERT INTO ${schema}.call_hours (hour, version)
  SELECT DISTINCT at - at % 3600000 AS hour, pg_current_xact_id()::text FROM changed ORDER BY hour
  ON CONFLICT (hour) DO UPDATE SET version = excluded.version, models = NULL, callers = NULL`;

/** Returns the SQL that deletes old entries and content, and the sums of hours without entries. Skips locked rows. */
const pruneSql = (schema: string): string => `
WITH changed AS (
  DELETE FROM ${schema}.calls WHERE id IN (
    SELECT id FROM ${schema}.calls WHERE at < $1::text::bigint ORDER BY at LIMIT $3::text::int FOR UPDATE SKIP LOCKED
  ) RETURNING at
), hours AS (${newVersionSql(schema)}
), emptied AS (
  DELETE FROM ${schema}.call_hours AS old WHERE hour < $1::text::bigint - 3600000
    AND NOT EXISTS (SELECT FROM ${schema}.calls WHERE at >= old.hour AND at < old.hour + 3600000)
), cleared AS (
  UPDATE ${schema}.calls SET content = NULL WHERE id IN (
    SELECT id FROM ${schema}.calls WHERE at < $2::text::bigint AND at >= $1::text::bigint AND content IS NOT NULL
    ORDER BY at LIMIT $3::text::int FOR UPDATE SKIP LOCKED
  ) RETURNING 1
) SELECT ((SELECT count(*) FROM changed) + (SELECT count(*) FROM cleared))::text AS deleted`;

const entryOf = (row: Row): CallEntry => JSON.parse(row['json'] ?? '') as CallEntry;
