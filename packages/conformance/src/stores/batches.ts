import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { StoredBatchRow, TestedBatchStore } from './stored-batches.ts';
import { type StoreCase, until } from './store-case.ts';

/** Two stores that share initially empty data, like stores of two processes. For a store in memory, both are the same store. */
export type BatchStores = readonly [mine: TestedBatchStore, theirs: TestedBatchStore];

const LONG_MS = 600_000;
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

const row = (index: number, changes: Partial<StoredBatchRow> = {}): StoredBatchRow => ({
  index,
  id: `id ${index}`,
  place: 'queue:0',
  request: JSON.stringify({ index, text: 'ü\0😀' }),
  data: undefined,
  ...changes,
});

const rows = (count: number): readonly StoredBatchRow[] =>
  Array.from({ length: count }, (_, index) => row(index));

const indexes = (found: readonly StoredBatchRow[]): readonly number[] => found.map(({ index }) => index);

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
      deepEqual(await theirs.load('a'), { job: { step: 1, text: 'ü\0\uD800' }, version: 1 });
      equal(await theirs.save('a', { step: 2 }, 0), false);
      equal(await theirs.save('a', { step: 2 }, 1), true);
      equal(await mine.save('a', { step: 3 }, 1), false);
      deepEqual(await mine.load('a'), { job: { step: 2 }, version: 2 });
    },
  },
  {
    name: 'lets one of several parallel saves succeed',
    async run(create) {
      const [mine, theirs] = await create();
      for (const version of [0, 1]) {
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
        await mine.add(key, [row(number)]);
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
    name: 'does not list a job that is only locked',
    async run(create) {
      const [mine, theirs] = await create();
      equal(await mine.lock('a', 'one', LONG_MS), true);
      deepEqual(await theirs.keys(), []);
      equal(await theirs.load('a'), undefined);
    },
  },
  {
    name: 'locks a job for one holder until the holder unlocks it',
    async run(create) {
      const [mine, theirs] = await create();
      equal(await mine.lock('a', 'one', LONG_MS), true);
      equal(await mine.lock('a', 'one', LONG_MS), true);
      equal(await theirs.lock('a', 'two', LONG_MS), false);
      equal(await theirs.lock('b', 'two', LONG_MS), true);
      await theirs.unlock('a', 'two');
      equal(await theirs.lock('a', 'two', LONG_MS), false);
      await mine.unlock('a', 'one');
      equal(await theirs.lock('a', 'two', LONG_MS), true);
      equal(await mine.lock('a', 'one', LONG_MS), false);
    },
  },
  {
    name: 'lets one of several parallel locks succeed',
    async run(create) {
      const stores = await create();
      const locks = Array.from({ length: 8 }, (_, number) =>
        (number % 2 === 0 ? stores[0] : stores[1]).lock('a', `holder ${number}`, LONG_MS),
      );
      equal((await Promise.all(locks)).filter(Boolean).length, 1);
    },
  },
  {
    name: 'ends a lock after its lease',
    async run(create) {
      const [mine, theirs] = await create();
      equal(await mine.lock('a', 'one', 50), true);
      await until(() => theirs.lock('a', 'two', LONG_MS), 'the lock is free');
      equal(await mine.lock('a', 'one', LONG_MS), false);
    },
  },
  {
    name: 'ignores a repeated addition of rows, and retains changes of existing rows',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.add('a', rows(3));
      await mine.move('a', [{ index: 1, from: 'queue:0', to: 'done', data: '{}' }]);
      await theirs.add(
        'a',
        rows(4).map((one) => ({ ...one, request: '"other"' })),
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
      await mine.add('a', rows(2));
      await rejects(theirs.add('a', [row(2), row(3, { id: 'id 1' })]), isConfig('items[3]', '"id 1"'));
      await rejects(theirs.add('a', [row(2), row(1, { id: 'other' })]), isConfig('items[1]', '"other"'));
      await rejects(
        theirs.add('a', [row(2), row(3), row(4, { id: 'id 2' })]),
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
      await mine.add(
        'a',
        KEYS.map((id, index) => row(index, { id })),
      );
      deepEqual(
        (await theirs.rows('a', { limit: 100 })).map(({ id }) => id),
        KEYS,
      );
      for (const [index, id] of KEYS.entries())
        await rejects(theirs.add('a', [row(100 + index, { id })]), isConfig('same id'));
    },
  },
  {
    name: 'returns rows in the order of their indexes, by place, indexes, position and limit',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.add('a', rows(12).slice(6));
      await mine.add('a', rows(6));
      await mine.move(
        'a',
        [2, 3, 10, 11].map((index) => ({ index, from: 'queue:0', to: 'batch:1' })),
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
      await mine.add('a', rows(4));
      await mine.move('a', [
        { index: 0, from: 'queue:0', to: 'done', data: '{"text":"ü😀"}' },
        { index: 1, from: 'batch:1', to: 'done', data: '{}' },
        { index: 9, from: 'queue:0', to: 'done', data: '{}' },
      ]);
      await theirs.move('a', [
        { index: 0, from: 'done', to: 'failed' },
        { index: 2, from: 'queue:0', to: 'done' },
      ]);
      deepEqual(await mine.rows('a', { limit: 10 }), [
        row(0, { place: 'failed', data: '{"text":"ü😀"}' }),
        row(1),
        row(2, { place: 'done' }),
        row(3),
      ]);
      deepEqual(await theirs.counts('a'), { failed: 1, 'queue:0': 2, done: 1 });
      await theirs.move('a', [{ index: 0, from: 'done', to: 'queue:0' }]);
      deepEqual(await theirs.counts('a'), { failed: 1, 'queue:0': 2, done: 1 });
      deepEqual(await theirs.counts('b'), {});
    },
  },
  {
    name: 'accepts 1,000 rows and moves at once',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.add('a', rows(1000));
      const moves = rows(1000).map(({ index }) => ({ index, from: 'queue:0', to: 'done', data: `${index}` }));
      await theirs.move('a', moves);
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
        await mine.add(key, rows(2));
        equal(await mine.lock(key, 'one', LONG_MS), true);
      }
      await theirs.remove('a');
      equal(await mine.load('a'), undefined);
      deepEqual(await mine.rows('a', { limit: 10 }), []);
      deepEqual(await mine.counts('a'), {});
      deepEqual(await mine.keys(), ['a:b']);
      ok(await theirs.lock('a', 'two', LONG_MS));
      equal(await theirs.lock('a:b', 'two', LONG_MS), false);
      equal((await mine.rows('a:b', { limit: 10 })).length, 2);
      await theirs.remove('a');
      equal(await mine.save('a', { again: true }, 0), true);
      await mine.add('a', [row(0, { id: 'id 1' })]);
    },
  },
];
