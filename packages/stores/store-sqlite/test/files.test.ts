import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const MIB = 1_048_576;
const at = folder();

/** Returns the number of stored pieces. */
function piecesIn(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const count = database.prepare('SELECT count(*) AS count FROM file_pieces').get()?.['count'];
  database.close();
  return Number(count);
}

it('stores the content of a file in pieces, and deletes also those of an upload that has not ended', async () => {
  const path = at('pieces.db');
  await using stores = sqliteStores(path);
  await stores.files.put('file-1', new Blob([new Uint8Array(3 * MIB)]).stream());
  expect(piecesIn(path)).toBe(6);
  let pulls = 0;
  const stalled = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (pulls++ < 3) controller.enqueue(new Uint8Array(MIB));
      else return new Promise(() => undefined);
    },
  });
  void stores.files.put('file-2', stalled);
  await expect.poll(() => piecesIn(path)).toBe(12);
  await stores.files.delete('file-2');
  expect(piecesIn(path)).toBe(6);
  await stores.files.delete('file-1');
  expect(piecesIn(path)).toBe(0);
});
