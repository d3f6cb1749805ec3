import type { CallDimension, CallEntry, CallQuery, CallStats, CallStore } from '@majordomo/admin';
import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import type { Row, Value } from '../client/client.ts';
import type { Connection } from '../client/connection.ts';

/** Maximum duration of `stats`, in milliseconds. Sums of many calls take longer than other statements. */
const STATS_MS = 30_000;

/** Creates the store of the call log. */
export function postgresCalls(connection: Connection): CallStore {
  const { schema } = connection;
  return {
    async append(entries) {
      // A statement cannot write a row twice, so only the last entry with each id is written.
      const rows = [...new Map(entries.map((entry) => [entry.id, toRow(entry)])).values()];
      if (rows.length > 0) await connection.query(appendSql(schema), [JSON.stringify(rows)]);
    },
    async page({ limit, after, ...query }) {
      const { conditions, values } = whereOf(query);
      if (after !== undefined) {
        values.push(`${Date.parse(after.at)}`, toStoredText(after.id));
        conditions.push(`(at, id) < ($${values.length - 1}::text::bigint, $${values.length}::text)`);
      }
      values.push(`${limit}`);
      const rows = await connection.query(
        `SELECT json FROM ${schema}.calls WHERE ${conditions.join(' AND ')}
         ORDER BY at DESC, id DESC LIMIT $${values.length}::text::int`,
        values,
      );
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
    async stats({ by, zone = 'UTC', ...query }) {
      const { conditions, values } = whereOf(query);
      values.push(zone);
      const columns = by.map((name, place) => `${dimension(name, values.length)} AS key_${place}`);
      const groups = by.map((_, place) => `key_${place}`);
      const rows = await connection.slowQuery(
        `SELECT ${[...groups, FIGURES].join(', ')} FROM (
           SELECT ${[...columns, '*'].join(', ')} FROM ${schema}.calls
           WHERE ${conditions.join(' AND ')} AND $${values.length}::text IS NOT NULL
         ) AS call GROUP BY ${groups.length === 0 ? '()' : groups.join(', ')} HAVING count(*) > 0`,
        values,
        STATS_MS,
      );
      return rows.map((row) => statsOf(row, by));
    },
    async prune(before, most) {
      const values = [`${before.entries.getTime()}`, `${before.content.getTime()}`, `${most}`];
      const [row] = await connection.query(pruneSql(schema), values);
      return Number(row?.['deleted'] ?? 0);
    },
  };
}

const FIGURES = `
  count(*)::text AS calls,
  count(*) FILTER (WHERE outcome = 'failed')::text AS failed,
  count(*) FILTER (WHERE outcome = 'refused')::text AS refused,
  (percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY ms) FILTER (WHERE outcome = 'finished'))::text AS durations,
  (percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY first_ms) FILTER (WHERE outcome = 'finished'))::text AS firsts,
  (sum(output) FILTER (WHERE outcome = 'finished' AND first_ms IS NOT NULL) * 1000.0 /
    nullif(sum(ms - first_ms) FILTER (WHERE outcome = 'finished' AND output IS NOT NULL), 0))::text AS rate,
  coalesce(sum(nano_usd), 0)::text AS nano_usd`;

/** Expression for the value of a dimension. `zone`: number of the parameter with the time zone. */
function dimension(name: CallDimension, zone: number): string {
  if (name !== 'hour' && name !== 'day') return `coalesce(${name}, '')`;
  const format = name === 'day' ? 'YYYY-MM-DD' : 'YYYY-MM-DD"T"HH24';
  return `to_char(to_timestamp(at / 1000.0) AT TIME ZONE $${zone}::text, '${format}')`;
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

/** Returns the columns of an entry. `nano_usd` is a string, because it may exceed 2⁵³. */
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

const appendSql = (schema: string): string => `
INSERT INTO ${schema}.calls AS call (${COLUMNS})
SELECT ${COLUMNS} FROM jsonb_to_recordset($1::text::jsonb) AS entry (
  id text, at bigint, request text, client_request text, tenant text, key text, model text, target text, operation text,
  outcome text, kind text, ms numeric, first_ms numeric, output numeric, nano_usd numeric, json text, content text)
ORDER BY id COLLATE "C"
ON CONFLICT (id) DO UPDATE SET ${COLUMNS.split(', ')
  .slice(1, -1)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')}, content = coalesce(excluded.content, call.content)`;

/** Returns the SQL that deletes old entries and content. Skips rows that another statement has locked. */
const pruneSql = (schema: string): string => `
WITH deleted AS (
  DELETE FROM ${schema}.calls WHERE id IN (
    SELECT id FROM ${schema}.calls WHERE at < $1::text::bigint ORDER BY at LIMIT $3::text::int FOR UPDATE SKIP LOCKED
  ) RETURNING 1
), cleared AS (
  UPDATE ${schema}.calls SET content = NULL WHERE id IN (
    SELECT id FROM ${schema}.calls WHERE at < $2::text::bigint AND at >= $1::text::bigint AND content IS NOT NULL
    ORDER BY at LIMIT $3::text::int FOR UPDATE SKIP LOCKED
  ) RETURNING 1
) SELECT ((SELECT count(*) FROM deleted) + (SELECT count(*) FROM cleared))::text AS deleted`;

const entryOf = (row: Row): CallEntry => JSON.parse(row['json'] ?? '') as CallEntry;

function statsOf(row: Row, by: readonly CallDimension[]): CallStats {
  const list = (name: string): readonly (number | undefined)[] =>
    (row[name] ?? '{}')
      .slice(1, -1)
      .split(',')
      .map((text) => (text === '' || text === 'NULL' ? undefined : Number(text)));
  const [p50Ms, p95Ms, p99Ms] = list('durations');
  const [firstP50Ms, firstP95Ms] = list('firsts');
  return {
    key: Object.fromEntries(by.map((name, place) => [name, fromStoredText(row[`key_${place}`] ?? '')])),
    calls: Number(row['calls']),
    failed: Number(row['failed']),
    refused: Number(row['refused']),
    p50Ms,
    p95Ms,
    p99Ms,
    firstP50Ms,
    firstP95Ms,
    tokensPerSecond: row['rate'] === null || row['rate'] === undefined ? undefined : Number(row['rate']),
    nanoUsd: BigInt(row['nano_usd'] ?? '0'),
  };
}
