import { DatabaseSync } from 'node:sqlite';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { sqliteStores, type StoredFile } from '../src/index.ts';
import { folder } from './folder.ts';

const MIB = 1_048_576;
const at = folder();

const about = (id: string): StoredFile => ({
  id,
  name: 'a.pdf',
  mediaType: 'application/pdf',
  size: 1,
  purpose: 'user_data',
  createdAt: 1,
  expiresAt: 4_000_000_000_000,
});

/** Returns the number of stored pieces. */
function piecesIn(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const count = database.prepare('SELECT count(*) AS count FROM file_pieces').get()?.['count'];
  database.close();
  return Number(count);
}

const bytes = (): ReadableStream<Uint8Array> => new Blob([new Uint8Array(3 * MIB)]).stream();

it('the content of a file is stored in pieces, and removed ten minutes after the deletion of the file', async () => {
  const path = at('deleted.db');
  const clock = fakeClock(1_000_000);
  await using stores = sqliteStores(path, { clock });
  await stores.files.put('a', 'file-1', bytes(), () => Promise.resolve(about('file-1')));
  expect(piecesIn(path)).toBeGreaterThan(3);
  await stores.files.delete('a', 'file-1');
  await clock.advance(600_000);
  expect(piecesIn(path)).toBeGreaterThan(3);
  await clock.advance(1000);
  expect(piecesIn(path)).toBe(0);
});

it('an upload of a process that has ended is removed a day later', async () => {
  const path = at('killed.db');
  const clock = fakeClock(1_000_000);
  const killed = sqliteStores(path, { clock });
  let pulls = 0;
  const stalled = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (pulls++ < 3) controller.enqueue(new Uint8Array(MIB));
      else return new Promise(() => undefined);
    },
  });
  void killed.files.put('a', 'file-1', stalled, () => Promise.resolve(about('file-1')));
  await expect.poll(() => piecesIn(path)).toBe(6);
  await killed.close();
  await using stores = sqliteStores(path, { clock });
  expect(await stores.files.list('a')).toEqual([]);
  await clock.advance(86_400_000 - 1);
  await stores.files.put('a', 'file-2', bytes(), () => Promise.resolve(about('file-2')));
  expect(piecesIn(path)).toBe(12);
  await clock.advance(1);
  await stores.files.put('a', 'file-3', new Blob([]).stream(), () => Promise.resolve(about('file-3')));
  expect(piecesIn(path)).toBe(6);
});

it('expired files of owners that never return are removed', async () => {
  const path = at('expired.db');
  const clock = fakeClock(1_000_000);
  await using stores = sqliteStores(path, { clock });
  const expiring = { ...about('file-1'), expiresAt: 2_000_000 };
  await stores.files.put('a', 'file-1', bytes(), () => Promise.resolve(expiring));
  const content = await stores.files.read('a', 'file-1');
  await clock.advance(1_000_000);
  await stores.files.put('b', 'file-2', new Blob([]).stream(), () => Promise.resolve(about('file-2')));
  // A call that began before the end can read the content.
  expect((await new Response(content).arrayBuffer()).byteLength).toBe(3 * MIB);
  await clock.advance(600_000);
  await stores.files.put('b', 'file-3', new Blob([]).stream(), () => Promise.resolve(about('file-3')));
  expect(await stores.files.list('a')).toEqual([]);
  expect(piecesIn(path)).toBe(0);
});

it('an upload that was removed because it took longer than a day fails', async () => {
  const clock = fakeClock(1_000_000);
  await using stores = sqliteStores(at('slow.db'), { clock });
  const slow = stores.files.put('a', 'file-1', new Blob(['one']).stream(), async () => {
    await clock.advance(86_400_000);
    await stores.files.put('b', 'file-2', new Blob([]).stream(), () => Promise.resolve(about('file-2')));
    return about('file-1');
  });
  await expect(slow).rejects.toThrow('longer than a day');
  expect(await stores.files.list('a')).toEqual([]);
});
