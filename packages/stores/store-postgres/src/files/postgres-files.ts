import { contentInPieces, fromBase64, toBase64 } from '@majordomo/core/toolkit';
import type { FileContentStore } from '@majordomo/files';
import type { Row, Value } from '../client/client.ts';
import type { Connection } from '../client/connection.ts';

/** Minimum timeout of a statement, in milliseconds, because pieces have half a megabyte. */
const TIMEOUT_MS = 10_000;

/** Creates the store of files. Content is written and read in pieces, each with one statement. */
export function postgresFiles(connection: Connection): FileContentStore {
  const { schema, timeoutMs } = connection;
  const pieces = `${schema}.file_pieces`;
  const query = (sql: string, ...values: readonly Value[]): Promise<readonly Row[]> =>
    connection.slowQuery(sql, values, Math.max(timeoutMs, TIMEOUT_MS));
  return contentInPieces({
    add: (key, place, bytes) =>
      query(
        `INSERT INTO ${pieces} (id, place, bytes)
         VALUES ($1::text, $2::text::int, decode($3::text, 'base64')) RETURNING '' AS added`,
        key,
        `${place}`,
        toBase64(bytes),
      ),
    async count(key) {
      const [row] = await query(`SELECT count(*)::text AS count FROM ${pieces} WHERE id = $1::text`, key);
      return Number(row?.['count']);
    },
    async read(key, place) {
      const [piece] = await query(
        `SELECT encode(bytes, 'base64') AS bytes FROM ${pieces} WHERE id = $1::text AND place = $2::text::int`,
        key,
        `${place}`,
      );
      const bytes = piece?.['bytes'];
      return typeof bytes === 'string' ? fromBase64(bytes) : undefined;
    },
    remove: (key) => query(`DELETE FROM ${pieces} WHERE id = $1::text`, key),
  });
}
