import { piecesOf, toStoredText } from '@majordomo/core/toolkit';
import type { FileContentStore } from '@majordomo/files';
import type { Database } from '../file/database.ts';

/** Size of a stored piece of content, except the last one, in bytes. */
const PIECE_BYTES = 524_288;

/** Creates the store of files in the file. Content is written and read in pieces, each in a short transaction. */
export function sqliteFiles(database: Database): FileContentStore {
  const sql = statements(database);
  const remove = (key: string): Promise<unknown> => database.write(() => sql.remove.run(key));
  return {
    async put(id, content) {
      const key = toStoredText(id);
      try {
        let place = 0;
        const add = (piece: Uint8Array): Promise<unknown> => {
          const next = place++;
          return database.write(() => sql.addPiece.run(key, next, piece));
        };
        for await (const piece of piecesOf(content, PIECE_BYTES)) await add(piece);
        // `read` finds a file by its pieces, so an empty file has an empty piece.
        if (place === 0) await add(new Uint8Array());
      } catch (error) {
        await remove(key).catch(() => undefined);
        throw error;
      }
    },
    read: (id) =>
      database.read(() => {
        const key = toStoredText(id);
        const count = Number(sql.count.get(key)?.['count']);
        return count === 0 ? undefined : contentOf(database, sql, key, count);
      }),
    async delete(id) {
      await remove(toStoredText(id));
    },
  };
}

type Statements = ReturnType<typeof statements>;

/** Returns a stream that reads one piece at a time. */
function contentOf(
  database: Database,
  sql: Statements,
  key: string,
  count: number,
): ReadableStream<Uint8Array> {
  let place = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        if (place === count) {
          controller.close();
          return;
        }
        const piece = await database.read(() => sql.piece.get(key, place++)?.['bytes']);
        if (!(piece instanceof Uint8Array)) throw new Error('the file was deleted while it was read');
        controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
}

function statements(database: Database) {
  return {
    addPiece: database.prepare('INSERT INTO file_pieces (id, place, bytes) VALUES (?, ?, ?)'),
    count: database.prepare('SELECT count(*) AS count FROM file_pieces WHERE id = ?'),
    piece: database.prepare('SELECT bytes FROM file_pieces WHERE id = ? AND place = ?'),
    remove: database.prepare('DELETE FROM file_pieces WHERE id = ?'),
  };
}
