import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { fenceOf, indexes, jobWithRows, LONG_MS, row, rows, saveJobs, versionOf } from './batch-rows.ts';
import type { TestedBatchStore } from './stored-batches.ts';
import { type StoreCase, until } from './store-case.ts';

/** Two stores that share initially empty data, like stores of two processes. For a store in memory, both are the same store. */
export type BatchStores = readonly [mine: TestedBatchStore, theirs: TestedBatchStore];

const KEYS: readonly string[] = [
  'a',
  'A',
  'a ',
  'a:b',
  'a:rows',
  '{a}',
  '%',
  "'",
  '\\',
  '\0',
  '\uD800',
  '😀',
  'x'.repeat(200),
];

const isConfig =
  (...parts: readonly string[]) =>
  (error: { readonly kind: string; readonly message: string }): boolean => {
    equal(error.kind, 'config');
    for (const part of parts) ok(error.message.includes(part), error.message);
    return true;
  };

/** Cases that every store of batch jobs must pass, for any test runner. */
export const batchStoreConformance: readonly StoreCase<BatchStores>[] = [
  {
    name: 'saves a job only at the stored version',
    async run(create) {
      const [mine, theirs] = await create();
      equal(await mine.load('a'), undefined);
      equal(await mine.save('a', { step: 1 }, 1), false);
      equal(await mine.save('a', { step: 1, text: 'ü\0\uD800' }, 0), true);
      const version = await versionOf(theirs, 'a');
      ok(Number.isSafeInteger(version) && version > 0);
      deepEqual(await theirs.load('a'), { job: { step: 1, text: 'ü\0\uD800' }, version });
      equal(await theirs.save('a', { step: 2 }, 0), false);
      equal(await theirs.save('a', { step: 2 }, version), true);
      equal(await mine.save('a', { step: 3 }, version), false);
      deepEqual(await mine.load('a'), { job: { step: 2 }, version: version + 1 });
    },
  },
  {
    name: 'lets one of several parallel saves succeed',
    async run(create) {
      const [mine, theirs] = await create();
      for (const isNew of [true, false]) {
        const version = isNew ? 0 : await versionOf(mine, 'a');
        const saves = Array.from({ length: 8 }, (_, number) =>
          (number % 2 === 0 ? mine : theirs).save('a', { number }, version),
        );
        equal((await Promise.all(saves)).filter(Boolean).length, 1);
      }
    },
  },
  {
    name: 'distinguishes keys by every character and lists them in order',
    async run(create) {
      const [mine, theirs] = await create();
      deepEqual(await mine.keys(), []);
      for (const [number, key] of KEYS.entries()) {
        await mine.save(key, { number }, 0);
        await mine.add(key, [row(number)], await versionOf(mine, key));
      }
      for (const [number, key] of KEYS.entries()) {
        equal((await theirs.load(key))?.job['number'], number);
        deepEqual(indexes(await theirs.rows(key, { limit: 10 })), [number]);
      }
      const keys = await theirs.keys();
      deepEqual(keys.toSorted(), KEYS.toSorted());
      deepEqual((await theirs.keys()).slice(), keys);
      const plain = keys.filter((key) => /^[a-z: ]+$/i.test(key));
      deepEqual(plain, plain.toSorted());
    },
  },
  {
    name: 'locks only a stored job',
    async run(create) {
      const [mine, theirs] = await create();
      equal(await mine.lock('a', 'one', LONG_MS), undefined);
      deepEqual(await theirs.keys(), []);
      equal(await theirs.load('a'), undefined);
    },
  },
  {
    name: 'locks a job for one holder until the holder unlocks it',
    async run(create) {
      const [mine, theirs] = await create();
      await saveJobs(mine, 'a', 'b');
      const fence = await fenceOf(mine, 'a', 'one');
      equal(await mine.lock('a', 'one', LONG_MS), fence);
      equal(await theirs.lock('a', 'two', LONG_MS), undefined);
      ok((await theirs.lock('b', 'two', LONG_MS)) !== undefined);
      await theirs.unlock('a', 'two');
      equal(await theirs.lock('a', 'two', LONG_MS), undefined);
      await mine.unlock('a', 'one');
      ok((await theirs.lock('a', 'two', LONG_MS)) !== undefined);
      equal(await mine.lock('a', 'one', LONG_MS), undefined);
    },
  },
  {
    name: 'lets one of several parallel locks succeed',
    async run(create) {
      const stores = await create();
      await saveJobs(stores[0], 'a');
      const locks = Array.from({ length: 8 }, (_, number) =>
        (number % 2 === 0 ? stores[0] : stores[1]).lock('a', `holder ${number}`, LONG_MS),
      );
      equal((await Promise.all(locks)).filter((fence) => fence !== undefined).length, 1);
    },
  },
  {
    name: 'ends a lock after its lease',
    async run(create) {
      const [mine, theirs] = await create();
      await saveJobs(mine, 'a');
      ok((await mine.lock('a', 'one', 50)) !== undefined);
      await until(async () => (await theirs.lock('a', 'two', LONG_MS)) !== undefined, 'the lock is free');
      equal(await mine.lock('a', 'one', LONG_MS), undefined);
    },
  },
  {
    name: 'gives each new holder a higher fencing number, after a release, a lease and a removal',
    async run(create) {
      const [mine, theirs] = await create();
      await saveJobs(mine, 'a');
      const fences = [await fenceOf(mine, 'a', 'one')];
      await mine.unlock('a', 'one');
      fences.push(await fenceOf(theirs, 'a', 'two'));
      await theirs.unlock('a', 'two');
      // The holder that has released the lock is a new holder if another one has had it in the meantime.
      fences.push(await fenceOf(mine, 'a', 'one'));
      await mine.lock('a', 'one', 50);
      await until(async () => (await theirs.lock('a', 'three', LONG_MS)) !== undefined, 'the lock is free');
      fences.push(await fenceOf(theirs, 'a', 'three'));
      equal(await mine.remove('a', await versionOf(mine, 'a')), true);
      await saveJobs(mine, 'a');
      fences.push(await fenceOf(mine, 'a', 'four'));
      deepEqual(
        fences,
        [...new Set(fences)].toSorted((a, b) => a - b),
      );
      ok(fences.every((fence) => Number.isSafeInteger(fence) && fence > 0));
    },
  },
  {
    name: 'retains the fencing number of a holder that renews its expired lock',
    async run(create) {
      const [mine] = await create();
      await saveJobs(mine, 'a');
      const fence = await mine.lock('a', 'one', 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      equal(await mine.lock('a', 'one', LONG_MS), fence);
      await mine.unlock('a', 'one');
      equal(await mine.lock('a', 'one', LONG_MS), fence);
    },
  },
  {
    name: 'refuses each write of an earlier holder, also after the last holder has released the lock',
    async run(create) {
      const [mine, theirs] = await create();
      const early = await jobWithRows(mine, 2);
      const version = await versionOf(mine, 'a');
      const move = [{ index: 0, from: 'queue:0', to: 'done' }];
      equal(await mine.save('a', { step: 1 }, version, early), true);
      equal(await mine.move('a', move, early), true);
      await mine.unlock('a', 'one');
      equal(await mine.save('a', { step: 2 }, version + 1, early), true);
      const late = await fenceOf(theirs, 'a', 'two');
      for (const isReleased of [false, true]) {
        if (isReleased) await theirs.unlock('a', 'two');
        equal(await mine.save('a', { step: 3 }, version + 2, early), false);
        equal(await mine.move('a', [{ index: 1, from: 'queue:0', to: 'done' }], early), false);
        deepEqual(await theirs.load('a'), { job: { step: 2 }, version: version + 2 });
        deepEqual(await theirs.counts('a'), { 'queue:0': 1, done: 1 });
      }
      equal(await theirs.save('a', { step: 3 }, version + 1, late), false);
      equal(await theirs.save('a', { step: 3 }, version + 2, late), true);
      equal(await theirs.move('a', [{ index: 1, from: 'queue:0', to: 'done' }], late), true);
      equal(await mine.save('a', { step: 4 }, version + 3), true);
    },
  },
  {
    name: 'refuses each write to a removed job, and to a job that was stored again',
    async run(create) {
      const [mine, theirs] = await create();
      const fence = await jobWithRows(mine, 2);
      const first = await versionOf(mine, 'a');
      const last = first + 1;
      await mine.save('a', { isDone: true }, first, fence);
      equal(await theirs.remove('a', first), false);
      equal(await theirs.remove('a', last), true);
      const refuseAll = async (): Promise<void> => {
        for (const version of [first, last]) {
          equal(await mine.save('a', { step: 3 }, version, fence), false);
          equal(await mine.save('a', { step: 3 }, version), false);
          equal(await mine.add('a', rows(3), version), false);
          equal(await mine.remove('a', version), false);
        }
        equal(await mine.move('a', [{ index: 0, from: 'queue:0', to: 'done' }], fence), false);
      };
      await refuseAll();
      deepEqual(await mine.keys(), []);
      deepEqual(await mine.rows('a', { limit: 10 }), []);
      await saveJobs(theirs, 'a');
      await theirs.add('a', rows(1), await versionOf(theirs, 'a'));
      await refuseAll();
      await fenceOf(theirs, 'a', 'two');
      // The new job gets further versions, and none of them is a version of the removed job.
      for (let count = 0; count < 3; count++) {
        await theirs.save('a', { count }, await versionOf(theirs, 'a'));
        await refuseAll();
      }
      deepEqual((await mine.load('a'))?.job, { count: 2 });
      deepEqual(await mine.rows('a', { limit: 10 }), rows(1));
    },
  },
  {
    name: 'ignores a repeated addition of rows, and retains changes of existing rows',
    async run(create) {
      const [mine, theirs] = await create();
      const fence = await jobWithRows(mine, 3);
      const version = await versionOf(mine, 'a');
      await mine.move('a', [{ index: 1, from: 'queue:0', to: 'done', data: '{}' }], fence);
      await theirs.add(
        'a',
        rows(4).map((one) => ({ ...one, request: '"other"' })),
        version,
      );
      deepEqual(await theirs.rows('a', { limit: 10 }), [
        row(0),
        row(1, { place: 'done', data: '{}' }),
        row(2),
        row(3, { request: '"other"' }),
      ]);
      deepEqual(await mine.counts('a'), { 'queue:0': 3, done: 1 });
    },
  },
  {
    name: 'rejects an id at another index and an index with another id, and adds no row of the page',
    async run(create) {
      const [mine, theirs] = await create();
      await jobWithRows(mine, 2);
      const version = await versionOf(mine, 'a');
      await rejects(
        theirs.add('a', [row(2), row(3, { id: 'id 1' })], version),
        isConfig('items[3]', '"id 1"'),
      );
      await rejects(
        theirs.add('a', [row(2), row(1, { id: 'other' })], version),
        isConfig('items[1]', '"other"'),
      );
      await rejects(
        theirs.add('a', [row(2), row(3), row(4, { id: 'id 2' })], version),
        isConfig('items[4]', '"id 2"'),
      );
      deepEqual(await mine.rows('a', { limit: 10 }), rows(2));
      deepEqual(await mine.counts('a'), { 'queue:0': 2 });
    },
  },
  {
    name: 'distinguishes ids of items by every character',
    async run(create) {
      const [mine, theirs] = await create();
      await saveJobs(mine, 'a');
      const version = await versionOf(mine, 'a');
      await mine.add(
        'a',
        KEYS.map((id, index) => row(index, { id })),
        version,
      );
      deepEqual(
        (await theirs.rows('a', { limit: 100 })).map(({ id }) => id),
        KEYS,
      );
      for (const [index, id] of KEYS.entries())
        await rejects(theirs.add('a', [row(100 + index, { id })], version), isConfig('same id'));
    },
  },
  {
    name: 'returns rows in the order of their indexes, by place, indexes, position and limit',
    async run(create) {
      const [mine, theirs] = await create();
      await saveJobs(mine, 'a');
      const version = await versionOf(mine, 'a');
      await mine.add('a', rows(12).slice(6), version);
      await mine.add('a', rows(6), version);
      await mine.move(
        'a',
        [2, 3, 10, 11].map((index) => ({ index, from: 'queue:0', to: 'batch:1' })),
        await fenceOf(mine, 'a', 'one'),
      );
      deepEqual(indexes(await theirs.rows('a', { limit: 5 })), [0, 1, 2, 3, 4]);
      deepEqual(indexes(await theirs.rows('a', { after: 8, limit: 5 })), [9, 10, 11]);
      deepEqual(indexes(await theirs.rows('a', { place: 'batch:1', limit: 3 })), [2, 3, 10]);
      deepEqual(indexes(await theirs.rows('a', { place: 'batch:1', after: 3, limit: 3 })), [10, 11]);
      deepEqual(indexes(await theirs.rows('a', { indexes: [11, 4, 99, 2], limit: 10 })), [2, 4, 11]);
      deepEqual(
        indexes(await theirs.rows('a', { indexes: [11, 4, 2], place: 'batch:1', limit: 10 })),
        [2, 11],
      );
      deepEqual(await theirs.rows('a', { indexes: [], limit: 10 }), []);
      deepEqual(await theirs.rows('a', { place: 'none', limit: 10 }), []);
      deepEqual(await theirs.rows('b', { limit: 10 }), []);
    },
  },
  {
    name: 'moves only rows at the given place, and retains omitted data',
    async run(create) {
      const [mine, theirs] = await create();
      const fence = await jobWithRows(mine, 4);
      const first = [
        { index: 0, from: 'queue:0', to: 'done', data: '{"text":"ü😀"}' },
        { index: 1, from: 'batch:1', to: 'done', data: '{}' },
        { index: 9, from: 'queue:0', to: 'done', data: '{}' },
      ];
      equal(await mine.move('a', first, fence), true);
      const second = [
        { index: 0, from: 'done', to: 'failed' },
        { index: 2, from: 'queue:0', to: 'done' },
      ];
      equal(await theirs.move('a', second, fence), true);
      deepEqual(await mine.rows('a', { limit: 10 }), [
        row(0, { place: 'failed', data: '{"text":"ü😀"}' }),
        row(1),
        row(2, { place: 'done' }),
        row(3),
      ]);
      deepEqual(await theirs.counts('a'), { failed: 1, 'queue:0': 2, done: 1 });
      equal(await theirs.move('a', [{ index: 0, from: 'done', to: 'queue:0' }], fence), true);
      deepEqual(await theirs.counts('a'), { failed: 1, 'queue:0': 2, done: 1 });
      deepEqual(await theirs.counts('b'), {});
    },
  },
  {
    name: 'accepts 1,000 rows and moves at once',
    async run(create) {
      const [mine, theirs] = await create();
      const fence = await jobWithRows(mine, 1000);
      const moves = rows(1000).map(({ index }) => ({ index, from: 'queue:0', to: 'done', data: `${index}` }));
      await theirs.move('a', moves, fence);
      const found = await mine.rows('a', { indexes: moves.map(({ index }) => index), limit: 1000 });
      deepEqual(
        found.map(({ data }) => data),
        moves.map(({ data }) => data),
      );
    },
  },
  {
    name: 'removes job, rows and lock of one key',
    async run(create) {
      const [mine, theirs] = await create();
      for (const key of ['a', 'a:b']) {
        await mine.save(key, { key }, 0);
        await mine.add(key, rows(2), await versionOf(mine, key));
        await fenceOf(mine, key, 'one');
      }
      equal(await theirs.remove('a', await versionOf(theirs, 'a')), true);
      equal(await mine.load('a'), undefined);
      deepEqual(await mine.rows('a', { limit: 10 }), []);
      deepEqual(await mine.counts('a'), {});
      deepEqual(await mine.keys(), ['a:b']);
      equal(await theirs.lock('a:b', 'two', LONG_MS), undefined);
      equal((await mine.rows('a:b', { limit: 10 })).length, 2);
      equal(await mine.save('a', { again: true }, 0), true);
      await fenceOf(theirs, 'a', 'two');
      equal(await mine.add('a', [row(0, { id: 'id 1' })], await versionOf(mine, 'a')), true);
    },
  },
];
