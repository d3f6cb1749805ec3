import { describeWith } from '@majordomo/services';
import { expect, it } from 'vitest';
import type { StoredFile } from '../src/index.ts';
import { onPostgres } from './support/stores.ts';

const about = (expiresAt: number): StoredFile => ({
  id: 'file-1',
  name: 'a.pdf',
  mediaType: 'application/pdf',
  size: 3,
  purpose: 'user_data',
  createdAt: 1,
  expiresAt,
});
const bytes = (): ReadableStream<Uint8Array> => new Blob(['one']).stream();

describeWith('postgres', 'files', () => {
  const { client, stores } = onPostgres();

  it('that have expired ten minutes ago are removed, although their owner never returns', async () => {
    const { files } = stores({ schema: 'expired_files' });
    await files.put('a', 'file-1', bytes(), () => Promise.resolve(about(Date.now() - 600_000)));
    await files.put('b', 'file-1', bytes(), () => Promise.resolve(about(Date.now())));
    await client().query('SELECT expired_files.sweep(1000)');
    expect([await files.list('a'), (await files.list('b')).length]).toEqual([[], 1]);
    expect(await client().query('SELECT count(*)::int AS pieces FROM expired_files.file_pieces')).toEqual([
      { pieces: 1 },
    ]);
  });

  it('whose upload was removed because it took longer than a day are not reported as stored', async () => {
    const { files } = stores({ schema: 'slow_files' });
    const slow = files.put('a', 'file-1', bytes(), async () => {
      await client().query('UPDATE slow_files.files SET until = 0');
      await client().query('SELECT slow_files.sweep(1000)');
      return about(Date.now());
    });
    await expect(slow).rejects.toThrow('longer than a day');
    expect(await files.list('a')).toEqual([]);
  });
});
