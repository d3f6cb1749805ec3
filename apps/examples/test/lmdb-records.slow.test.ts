import { fork } from 'node:child_process';
import { once } from 'node:events';
import { recordStoreConformance } from '@majordomo/conformance';
import type { RecordStore } from '@majordomo/records';
import { featureCases } from '@majordomo/services/features';
import { testFolder } from '@majordomo/test-support';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lmdbRecords } from '../src/lmdb-records.ts';

/** Opens two stores over a new folder. */
function openTwo(): { readonly folder: string; readonly stores: readonly [RecordStore, RecordStore] } {
  const folder = testFolder();
  const mine = lmdbRecords(folder);
  const theirs = lmdbRecords(folder);
  onTestFinished(async () => {
    await Promise.all([mine.close(), theirs.close()]);
  });
  return { folder, stores: [mine, theirs] };
}

describe('lmdb-records', () => {
  for (const { name, run } of recordStoreConformance)
    it(name, () => run(() => Promise.resolve(openTwo().stores)));

  it('makes all changes of a write or none when processes are killed', async () => {
    const { folder, stores } = openTwo();
    const [records] = stores;
    const script = new URL('./lmdb-records-process.ts', import.meta.url).pathname;
    for (let kills = 0; kills < 2; kills++) {
      const writers = [fork(script, [folder]), fork(script, [folder])];
      await Promise.all(writers.map((writer) => once(writer, 'message')));
      const exits = writers.map((writer) => once(writer, 'exit'));
      for (const writer of writers) writer.kill('SIGKILL');
      await Promise.all(exits);
      const [first, second] = await records.list('pairs', { keys: ['first', 'second'], limit: 2 });
      expect(first?.value).toBe(second?.value);
      expect(Number(first?.value)).toBeGreaterThan(kills);
    }
    const pair = await records.get('pairs', 'first');
    await expect.poll(() => records.counts('pairs')).toEqual({ [pair?.label ?? '']: 2 });
    for (const order of ['key', 'newest', 'due'] as const)
      expect((await records.list('pairs', { order, limit: 9 })).map(({ key }) => key).sort()).toEqual([
        'first',
        'second',
      ]);
  }, 30_000);

  it('changes nothing if a write fails', async () => {
    const [records] = openTwo().stores;
    const put = { type: 'put', key: 'b', value: '1' } as const;
    const bad = {
      ...put,
      value: {
        toString: () => {
          throw new Error('disk full');
        },
      } as unknown as string,
    };
    await expect(records.write('a', [{ ...put, key: 'a' }, bad])).rejects.toThrow('disk full');
    expect(await records.list('a', { limit: 9 })).toEqual([]);
    expect(await records.counts('a')).toEqual({});
  });

  for (const { name, run } of featureCases) it(name, () => run(openTwo().stores));
});
