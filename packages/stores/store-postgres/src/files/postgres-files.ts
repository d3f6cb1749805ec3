import { fromBase64, piecesOf, toBase64, toStoredText } from '@majordomo/core/toolkit';
import type { FileContentStore, StoredFile } from '@majordomo/files';
import type { Row, Value } from '../client/client.ts';
import type { Connection } from '../client/connection.ts';

/** Size of a stored piece of content, except the last one, in bytes. */
const PIECE_BYTES = 524_288;
/** Minimum timeout of a statement, in milliseconds, because pieces have half a megabyte. */
const TIMEOUT_MS = 10_000;
/** Time for which the content of a deleted or expired file stays readable, so that running calls can send it, in milliseconds. */
const DELETED_MS = 600_000;
/** Time after which an unfinished upload belongs to a process that has ended, in milliseconds. */
const UNFINISHED_MS = 86_400_000;

/** Creates the store of files. Content is written and read in pieces, each with one statement. All times use PostgreSQL's clock. */
export function postgresFiles(connection: Connection): FileContentStore {
  const { schema, timeoutMs } = connection;
  const table = `${schema}.files`;
  const pieces = `${schema}.file_pieces`;
  const query = (sql: string, ...values: readonly Value[]): Promise<readonly Row[]> =>
    connection.slowQuery(sql, values, Math.max(timeoutMs, TIMEOUT_MS));
  /** Removes an upload. If the removal fails, the row is deleted at its end. */
  const cancel = async (file: string): Promise<void> => {
    await query(`DELETE FROM ${table} WHERE seq = $1::text::bigint`, file).catch(() => undefined);
  };
  return {
    async put(owner, id, content, describe) {
      const [begun] = await query(
        `INSERT INTO ${table} (owner, hash, until) VALUES (${hash('$1')}, ${hash('$2')}, ${schema}.now_ms() + ${UNFINISHED_MS})
         RETURNING seq::text AS file`,
        toStoredText(owner),
        keyOf(owner, id),
      );
      const file = begun?.['file'] ?? '';
      try {
        let place = 0;
        for await (const piece of piecesOf(content, PIECE_BYTES))
          await query(
            `INSERT INTO ${pieces} (file, place, bytes)
             VALUES ($1::text::bigint, $2::text::int, decode($3::text, 'base64')) RETURNING '' AS added`,
            file,
            `${place++}`,
            toBase64(piece),
          );
        const about = await describe();
        const [finished] = await query(
          `UPDATE ${table} SET about = $2::text, until = $3::text::bigint WHERE seq = $1::text::bigint RETURNING '' AS finished`,
          file,
          JSON.stringify(about),
          `${Math.ceil(about.expiresAt) + DELETED_MS}`,
        );
        if (finished === undefined) throw new Error('the upload took longer than a day, and was removed');
      } catch (error) {
        await cancel(file);
        throw error;
      }
    },
    async get(owner, id) {
      const [row] = await query(
        `SELECT about FROM ${table} WHERE hash = ${hash('$1')} AND about IS NOT NULL`,
        keyOf(owner, id),
      );
      return row && fileOf(row);
    },
    async read(owner, id) {
      const [row] = await query(
        `SELECT seq::text AS file, (SELECT count(*) FROM ${pieces} WHERE file = seq)::text AS count
         FROM ${table} WHERE hash = ${hash('$1')} AND about IS NOT NULL`,
        keyOf(owner, id),
      );
      const readPiece = async (place: number): Promise<string | null | undefined> => {
        const [piece] = await query(
          `SELECT encode(bytes, 'base64') AS bytes FROM ${pieces} WHERE file = $1::text::bigint AND place = $2::text::int`,
          row?.['file'] ?? '',
          `${place}`,
        );
        return piece?.['bytes'];
      };
      return row && contentOf(Number(row['count']), readPiece);
    },
    async list(owner) {
      const rows = await query(
        `SELECT about FROM ${table} WHERE owner = ${hash('$1')} AND about IS NOT NULL`,
        toStoredText(owner),
      );
      return rows.map(fileOf);
    },
    async delete(owner, id) {
      await query(
        `UPDATE ${table} SET about = NULL, until = ${schema}.now_ms() + ${DELETED_MS} WHERE hash = ${hash('$1')} AND about IS NOT NULL`,
        keyOf(owner, id),
      );
    },
  };
}

const hash = (value: string): string => `sha256(convert_to(${value}::text, 'UTF8'))`;

const keyOf = (owner: string, id: string): string => toStoredText(JSON.stringify([owner, id]));

const fileOf = ({ about }: Row): StoredFile => JSON.parse(about ?? '') as StoredFile;

/** Returns a stream that reads one piece at a time. */
function contentOf(
  count: number,
  readPiece: (place: number) => Promise<string | null | undefined>,
): ReadableStream<Uint8Array> {
  let place = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        if (place === count) {
          controller.close();
          return;
        }
        const piece = await readPiece(place++);
        if (typeof piece !== 'string') throw new Error('the file was deleted while it was read');
        controller.enqueue(fromBase64(piece));
      },
    },
    { highWaterMark: 0 },
  );
}
