import { memoryFiles, type FileContentStore } from '@majordomo/files';
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { FileIndex } from '../../../../packages/operation/gateway/src/files/file-index.ts';
import type { FeatureCase, Pair } from './feature-case.ts';

const MIB = 1_048_576;
const LIMITS = { maxFiles: 3, maxTotalBytes: 10 * MIB };

/** Creates the indexes of two gateways, which share a store for bytes. */
function both([mine, theirs]: Pair, store: FileContentStore = memoryFiles()) {
  const limits = { store, ...LIMITS };
  return [
    new FileIndex({ records: mine, ...limits }),
    new FileIndex({ records: theirs, ...limits }),
  ] as const;
}

/** Stores a file of a size, and returns its id. */
async function put(index: FileIndex, owner: string, size = MIB): Promise<string> {
  // The third argument refuses a reservation of fewer bytes.
  const reservation = await index.reserve(owner, size, size);
  const { id, createdAt } = reservation;
  const more = {
    name: 'a \0 😀',
    mediaType: 'text/plain',
    purpose: 'user_data',
    expiresAt: 4_000_000_000_000,
  };
  await reservation.finish({ id, size, createdAt, ...more });
  return id;
}

const isQuota = (error: { readonly message: string }): boolean =>
  /\((?:maxFiles|maxTotalBytes)\)/.test(error.message);

/** Cases of the index of the files of a gateway. */
export const fileCases: readonly FeatureCase[] = [
  {
    name: 'files: shows a file to its owner only, in every process, when its upload has ended',
    async run(stores) {
      const [mine, theirs] = both(stores);
      const owners = ['a', 'A', 'a ', '["a"]', '\0', '😀', 'x'.repeat(2000)];
      const unfinished = await mine.reserve('a', MIB);
      for (const owner of owners) {
        const id = await put(mine, owner);
        deepEqual(
          (await theirs.list(owner)).map((file) => file.id),
          [id],
        );
        equal((await theirs.get(owner, id))?.name, 'a \0 😀');
        for (const other of owners.filter((one) => one !== owner))
          equal(await theirs.get(other, id), undefined);
      }
      equal(await theirs.get('a', unfinished.id), undefined);
      await unfinished.release();
    },
  },
  {
    name: 'files: holds the limits of an owner in both processes, with parallel uploads',
    async run(stores) {
      const [mine, theirs] = both(stores);
      const uploads = Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? mine : theirs).reserve('a', MIB));
      const settled = await Promise.allSettled(uploads);
      const reserved = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      equal(reserved.length, LIMITS.maxFiles);
      await rejects(theirs.check('a', 1), isQuota);
      await theirs.check('b', 10 * MIB);
      for (const reservation of reserved) await reservation.release();
      await theirs.check('a', 10 * MIB);
      equal((await mine.reserve('a', 20 * MIB)).bytes, 10 * MIB);
      await rejects(theirs.reserve('a', 1), isQuota);
    },
  },
  {
    name: 'files: deletes a file once, counts its content, and permits a full replacement',
    async run(stores) {
      const [mine, theirs] = both(stores);
      const id = await put(mine, 'a', 10 * MIB);
      await Promise.all([mine, theirs, mine, theirs].map((one) => one.delete('a', id)));
      deepEqual([await mine.list('a'), await theirs.get('a', id)], [[], undefined]);
      await theirs.delete('a', await put(theirs, 'a', 10 * MIB));
      // The content of deleted files, which calls may still read, has its own limit. It is reached by the second deletion.
      await rejects(mine.check('a', 1), isQuota);
    },
  },
  {
    name: 'files: removes expired files of owners that never return, and nothing of an upload that has failed',
    async run(stores) {
      const deleted: string[] = [];
      const store = { ...memoryFiles(), delete: (id: string) => Promise.resolve(void deleted.push(id)) };
      const [mine, theirs] = both(stores, store);
      const expired = await mine.reserve('a', MIB);
      const { id, createdAt } = expired;
      await expired.finish({
        id,
        createdAt,
        size: MIB,
        name: 'a',
        mediaType: 'a/b',
        purpose: 'p',
        expiresAt: 1,
      });
      const failed = await mine.reserve('a', MIB);
      await failed.release();
      await failed.release();
      await put(theirs, 'b');
      deepEqual([deleted, await mine.list('a')], [[failed.id], []]);
      await theirs.check('a', 10 * MIB);
    },
  },
];
