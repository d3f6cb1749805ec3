import type { JobStore } from '@majordomo/background';
import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import type { Row, Value } from '../client/client.ts';
import type { Connection } from '../client/connection.ts';

/** Minimum timeout of a statement, in milliseconds, because records can have megabytes. */
const TIMEOUT_MS = 10_000;
const KEY = `sha256(convert_to($1::text, 'UTF8'))`;

/** Creates the store of background jobs. All times use PostgreSQL's clock. */
export function postgresJobs(connection: Connection): JobStore {
  const { schema, timeoutMs } = connection;
  const table = `${schema}.background_jobs`;
  const next = `nextval('${schema}.background_versions')`;
  const dueMs = `(due_at - ${schema}.now_ms())::text AS due`;
  const after = (ms: string): string => `${schema}.now_ms() + ${ms}::text::bigint`;
  const isStored = `(until IS NULL OR until > ${schema}.now_ms())`;
  const query = (sql: string, ...values: readonly Value[]): Promise<readonly Row[]> =>
    connection.slowQuery(sql, values, Math.max(timeoutMs, TIMEOUT_MS));
  return {
    async load(key) {
      const [row] = await query(
        `SELECT record, version::text AS version, ${dueMs} FROM ${table} WHERE hash = ${KEY} AND ${isStored}`,
        toStoredText(key),
      );
      if (row === undefined) return undefined;
      const { record, version, due } = row;
      return {
        record: record ?? '',
        version: Number(version),
        dueMs: typeof due === 'string' ? Number(due) : undefined,
      };
    },
    async save(key, record, version, { dueMs: due, keepMs = Infinity }) {
      const values = [
        toStoredText(key),
        record,
        due === undefined ? null : `${Math.ceil(due)}`,
        keepMs === Infinity ? null : `${Math.ceil(keepMs)}`,
      ];
      const [row] =
        version === 0
          ? await query(
              `INSERT INTO ${table} AS job (hash, key, version, due_at, until, record)
               VALUES (${KEY}, $1::text, ${next}, ${after('$3')}, ${after('$4')}, $2::text)
               ON CONFLICT (hash) DO UPDATE SET
                 version = excluded.version, due_at = excluded.due_at, until = excluded.until, record = excluded.record
               WHERE job.until <= ${schema}.now_ms() RETURNING version::text AS version`,
              ...values,
            )
          : await query(
              `UPDATE ${table} SET version = ${next}, due_at = ${after('$3')}, until = ${after('$4')}, record = $2::text
               WHERE hash = ${KEY} AND version = $5::text::bigint AND ${isStored} RETURNING version::text AS version`,
              ...values,
              `${version}`,
            );
      return row && Number(row['version']);
    },
    async postpone(key, version, due) {
      // PostgreSQL does not write a long value again if another column of its row changes.
      const [row] = await query(
        `UPDATE ${table} SET version = ${next}, due_at = ${after('$3')}
         WHERE hash = ${KEY} AND version = $2::text::bigint AND ${isStored} RETURNING version::text AS version`,
        toStoredText(key),
        `${version}`,
        `${Math.ceil(due)}`,
      );
      return row && Number(row['version']);
    },
    async due(limit) {
      const rows = await query(
        `SELECT key, ${dueMs} FROM ${table} WHERE due_at IS NOT NULL AND ${isStored}
         ORDER BY due_at LIMIT $1::text::bigint`,
        `${limit}`,
      );
      return rows.map(({ key, due }) => ({ key: fromStoredText(key ?? ''), dueMs: Number(due) }));
    },
    async remove(key, version) {
      const rows = await query(
        `DELETE FROM ${table} WHERE hash = ${KEY} AND version = $2::text::bigint AND ${isStored} RETURNING '' AS removed`,
        toStoredText(key),
        `${version}`,
      );
      return rows.length === 1;
    },
  };
}
