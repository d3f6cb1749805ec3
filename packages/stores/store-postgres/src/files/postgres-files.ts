import { fromBase64, piecesOf, toBase64, toStoredText } from '@majordomo/core/toolkit';
import type { FileContentStore } from '@majordomo/files';
import type { Row, Value } from '../client/client.ts';
import type { Connection } from '../client/connection.ts';

/** Size of a stored piece of content, except the last one, in bytes. */
const PIECE_BYTES = 524_288;
/** Minimum timeout of a statement, in milliseconds, because pieces have half a megabyte. */
const TIMEOUT_MS = 10_000;

/** Creates the store of files. Content is written and read in pieces, each with one statement. */
export function postgresFiles(connection: Connection): FileContentStore {
  const { schema, timeoutMs } = connection;
  const pieces = `${schema}.file_pieces`;
  const query = (sql: string, ...values: readonly Value[]): Promise<readonly Row[]> =>
    connection.slowQuery(sql, values, Math.max(timeoutMs, TIMEOUT_MS));
  const remove = (key: string): Promise<readonly Row[]> =>
    query(`DELETE FROM ${pieces} WHERE id = $1::text`, key);
  return {
    async put(id, content) {
      const key = toStoredText(id);
      try {
        let place = 0;
        const add = (piece: Uint8Array): Promise<readonly Row[]> =>
          query(
            `INSERT INTO ${pieces} (id, place, bytes)
             VALUES ($1::text, $2::text::int, decode($3::text, 'base64')) RETURNING '' AS added`,
            key,
            `${place++}`,
            toBase64(piece),
          );
        for await (const piece of piecesOf(content, PIECE_BYTES)) await add(piece);
        // `read` finds a file by its pieces, so an empty file has an empty piece.
        if (place === 0) await add(new Uint8Array());
      } catch (error) {
        await remove(key).catch(() => undefined);
        throw error;
      }
    },
    async read(id) {
      const key = toStoredText(id);
      const [row] = await query(`SELECT count(*)::text AS count FROM ${pieces} WHERE id = $1::text`, key);
      const readPiece = async (place: number): Promise<string | null | undefined> => {
        const [piece] = await query(
          `SELECT encode(bytes, 'base64') AS bytes FROM ${pieces} WHERE id = $1::text AND place = $2::text::int`,
          key,
          `${place}`,
        );
        return piece?.['bytes'];
      };
      const count = Number(row?.['count']);
      return count === 0 ? undefined : contentOf(count, readPiece);
    },
    async delete(id) {
      await remove(toStoredText(id));
    },
  };
}

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
