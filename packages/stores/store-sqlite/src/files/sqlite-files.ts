import type { Clock } from '@majordomo/core';
import { piecesOf, toStoredText } from '@majordomo/core/toolkit';
import type { FileContentStore, StoredFile } from '@majordomo/files';
import type { Database } from '../file/database.ts';

/** Size of a stored piece of content, except the last one, in bytes. */
const PIECE_BYTES = 524_288;
/** Time for which the content of a deleted or expired file stays readable, so that running calls can send it, in milliseconds. */
const DELETED_MS = 600_000;
/** Time after which an unfinished upload belongs to a process that has ended, in milliseconds. */
const UNFINISHED_MS = 86_400_000;

/** Creates the store of files in the file. Content is written and read in pieces, each in a short transaction. */
export function sqliteFiles(database: Database, clock: Clock): FileContentStore {
  const sql = statements(database);
  const removeEnded = (): Promise<unknown> => database.write(() => sql.removeEnded.run(clock.now()));
  return {
    async put(owner, id, content, describe) {
      await removeEnded();
      const upload = crypto.randomUUID();
      const until = clock.now() + UNFINISHED_MS;
      await database.write(() => sql.begin.run(upload, toStoredText(owner), toStoredText(id), until));
      try {
        let place = 0;
        for await (const piece of piecesOf(content, PIECE_BYTES)) {
          const next = place++;
          await database.write(() => sql.addPiece.run(upload, next, piece));
        }
        const file = await describe();
        const end = file.expiresAt + DELETED_MS;
        const { changes } = await database.write(() => sql.finish.run(JSON.stringify(file), end, upload));
        if (changes === 0) throw new Error('the upload took longer than a day, and was removed');
      } catch (error) {
        // If this fails as well, the row is deleted at its end.
        await database.write(() => sql.remove.run(upload)).catch(() => undefined);
        throw error;
      }
    },
    get: (owner, id) =>
      database.read(() => {
        const row = sql.find.get(toStoredText(owner), toStoredText(id));
        return row && fileOf(row);
      }),
    read: (owner, id) =>
      database.read(() => {
        const row = sql.find.get(toStoredText(owner), toStoredText(id));
        return row && contentOf(database, sql, String(row['upload']));
      }),
    list: (owner) => database.read(() => sql.list.all(toStoredText(owner)).map(fileOf)),
    async delete(owner, id) {
      const until = clock.now() + DELETED_MS;
      await database.write(() => sql.delete.run(until, toStoredText(owner), toStoredText(id)));
      // Ignore the error, because the next upload deletes the same rows.
      clock.timer(DELETED_MS + 1000, () => void removeEnded().catch(() => undefined), true);
    },
  };
}

const fileOf = (row: Readonly<Record<string, unknown>>): StoredFile =>
  JSON.parse(String(row['about'])) as StoredFile;

type Statements = ReturnType<typeof statements>;

/** Returns a stream that reads one piece at a time. */
function contentOf(database: Database, sql: Statements, upload: string): ReadableStream<Uint8Array> {
  const count = Number(sql.count.get(upload)?.['count']);
  let place = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        if (place === count) {
          controller.close();
          return;
        }
        const piece = await database.read(() => sql.piece.get(upload, place++)?.['bytes']);
        if (!(piece instanceof Uint8Array)) throw new Error('the file was deleted while it was read');
        controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
}

function statements(database: Database) {
  const isFile = 'owner = ? AND id = ? AND about IS NOT NULL';
  return {
    begin: database.prepare('INSERT INTO files (upload, owner, id, until) VALUES (?, ?, ?, ?)'),
    addPiece: database.prepare('INSERT INTO file_pieces (upload, place, bytes) VALUES (?, ?, ?)'),
    finish: database.prepare('UPDATE files SET about = ?, until = ? WHERE upload = ?'),
    find: database.prepare(`SELECT upload, about FROM files WHERE ${isFile}`),
    list: database.prepare('SELECT about FROM files WHERE owner = ? AND about IS NOT NULL'),
    count: database.prepare('SELECT count(*) AS count FROM file_pieces WHERE upload = ?'),
    piece: database.prepare('SELECT bytes FROM file_pieces WHERE upload = ? AND place = ?'),
    delete: database.prepare(`UPDATE files SET about = NULL, until = ? WHERE ${isFile}`),
    // The pieces are deleted with their file.
    remove: database.prepare('DELETE FROM files WHERE upload = ?'),
    removeEnded: database.prepare('DELETE FROM files WHERE until <= ?'),
  };
}
