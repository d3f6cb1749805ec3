import type { KeyRecord, KeyStore } from '@majordomo/admin';
import { LlmError } from '@majordomo/core';
import { changeMessage, toStoredText, watchChanges } from '@majordomo/core/toolkit';
import type { Row } from '../client/client.ts';
import type { Connection } from '../client/connection.ts';
import { changeChannel, type Listener } from '../client/listener.ts';

/** Default number of keys per page. */
const DEFAULT_PAGE = 100;
const UNIQUE_VIOLATION = '23505';

/** Creates the store of virtual keys. Without a listener, the store has no `watch`. */
export function postgresKeys(
  connection: Connection,
  listener: Listener | undefined,
  schemaName: string,
): KeyStore {
  const { schema, clock } = connection;
  const channel = `${schemaName}_keys`;
  const one = async (condition: string, value: string): Promise<KeyRecord | undefined> => {
    const [row] = await connection.query(`SELECT json FROM ${schema}.keys WHERE ${condition}`, [value]);
    return row && recordOf(row);
  };
  const store: KeyStore = {
    async put(record) {
      const values = [
        toStoredText(record.id),
        record.createdAt,
        record.tenant === undefined ? null : toStoredText(record.tenant),
        `${record.version}`,
        JSON.stringify(record),
        `{${record.hashes.map(({ sha256 }) => `"${sha256}"`).join(',')}}`,
        channel,
        changeMessage(record.id),
      ];
      const rows = await connection
        .query(putSql(schema, record.version === 1), values)
        .catch((error: unknown) => {
          throw isUniqueViolation(error) ? conflict(record.id) : error;
        });
      if (rows.length === 0) throw conflict(record.id);
    },
    find: (sha256) => one(`id = (SELECT key FROM ${schema}.key_hashes WHERE sha256 = $1::text)`, sha256),
    get: (id) => one('id = $1::text', toStoredText(id)),
    async list({ tenant, limit = DEFAULT_PAGE, after }) {
      // If `after` is unknown, the subquery is NULL, and the page is empty.
      const rows = await connection.query(
        `SELECT json FROM ${schema}.keys AS key
         WHERE ($1::text IS NULL OR tenant = $1::text) AND ($2::text IS NULL OR (key.created, key.id) <
           (SELECT previous.created, previous.id FROM ${schema}.keys AS previous WHERE previous.id = $2::text))
         ORDER BY key.created DESC, key.id DESC LIMIT $3::text::int`,
        [
          tenant === undefined ? null : toStoredText(tenant),
          after === undefined ? null : toStoredText(after),
          `${limit}`,
        ],
      );
      return rows.map(recordOf);
    },
  };
  if (listener === undefined) return store;
  return {
    ...store,
    watch: (changed) =>
      watchChanges(
        changeChannel(connection, listener, channel, (message) =>
          connection.query('SELECT pg_notify($1::text, $2::text)::text', [channel, message]),
        ),
        clock,
        changed,
      ),
  };
}

/**
 * Returns the SQL that writes a key and its hashes, and notifies all processes. The SQL returns no row after a conflict. All parts
 * of the statement see the tables as they were before it, and PostgreSQL also runs the parts whose rows nothing reads. `added`
 * omits only hashes of the same key, so that a hash of another key is a unique violation.
 */
const putSql = (schema: string, isNew: boolean): string => `
WITH put AS (
  ${
    isNew
      ? `INSERT INTO ${schema}.keys (id, created, tenant, version, json)
         VALUES ($1::text, $2::text, $3::text, $4::text::bigint, $5::text) ON CONFLICT DO NOTHING RETURNING id`
      : `UPDATE ${schema}.keys SET created = $2::text, tenant = $3::text, version = $4::text::bigint, json = $5::text
         WHERE id = $1::text AND version = $4::text::bigint - 1 RETURNING id`
  }
), removed AS (
  DELETE FROM ${schema}.key_hashes USING put WHERE key = put.id AND NOT sha256 = ANY ($6::text::text[])
), added AS (
  INSERT INTO ${schema}.key_hashes (sha256, key) SELECT hash, put.id FROM put, unnest($6::text::text[]) AS hash
  WHERE NOT EXISTS (SELECT FROM ${schema}.key_hashes AS stored WHERE stored.sha256 = hash AND stored.key = put.id)
) SELECT pg_notify($7::text, $8::text)::text FROM put`;

const recordOf = (row: Row): KeyRecord => JSON.parse(row['json'] ?? '') as KeyRecord;

const isUniqueViolation = (error: unknown): boolean =>
  LlmError.is(error) && (error.cause as { readonly code?: unknown } | undefined)?.code === UNIQUE_VIOLATION;

const conflict = (id: string): LlmError =>
  new LlmError('denied', `key ${id}: another change was stored first; read the key and change it again`, {
    code: 'conflict',
  });
