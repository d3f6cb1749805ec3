import { contentInPieces } from '@majordomo/core/toolkit';
import type { FileContentStore } from '@majordomo/files';
import type { Database } from '../file/database.ts';

/** Creates the store of files in the file. Content is written and read in pieces, each in a short transaction. */
export function sqliteFiles(database: Database): FileContentStore {
  const sql = statements(database);
  return contentInPieces({
    add: (key, place, bytes) => database.write(() => sql.addPiece.run(key, place, bytes)),
    count: (key) => database.read(() => Number(sql.count.get(key)?.['count'])),
    read: (key, place) => database.read(() => sql.piece.get(key, place)?.['bytes'] as Uint8Array | undefined),
    remove: (key) => database.write(() => sql.remove.run(key)),
  });
}

function statements(database: Database) {
  return {
    addPiece: database.prepare('INSERT INTO file_pieces (id, place, bytes) VALUES (?, ?, ?)'),
    count: database.prepare('SELECT count(*) AS count FROM file_pieces WHERE id = ?'),
    piece: database.prepare('SELECT bytes FROM file_pieces WHERE id = ? AND place = ?'),
    remove: database.prepare('DELETE FROM file_pieces WHERE id = ?'),
  };
}
