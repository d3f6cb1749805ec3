import type { JsonObject } from '@majordomo/core';
import { deepEqual, equal, ok } from 'node:assert/strict';
import { type StoreCase, until } from './store-case.ts';

/*
 * Copy of `JobStore` of `@majordomo/background`, so that this package does not depend on it.
 */

/** Members of `JobStore`. */
export interface TestedJobStore {
  /** Loads a record; `undefined` if the key is unknown or its record has expired. */
  load(key: string): Promise<{ readonly record: JsonObject; readonly version: number } | undefined>;
  /** Saves a record over a version; 0 means that none is stored. Returns the new version, or `undefined` for another version. */
  save(
    key: string,
    record: JsonObject,
    version: number,
    times: { readonly dueAt?: number | undefined; readonly keepMs?: number | undefined },
  ): Promise<number | undefined>;
  /** Returns at most `limit` keys with a `dueAt`, earliest first. */
  due(limit: number): Promise<readonly { readonly key: string; readonly dueAt: number }[]>;
  /** Deletes a record over a version. Returns whether the record was deleted. */
  remove(key: string, version: number): Promise<boolean>;
}

/** Two stores that share initially empty data, like stores of two processes. For a store in memory, both are the same store. */
export type JobStores = readonly [mine: TestedJobStore, theirs: TestedJobStore];

const KEYS: readonly string[] = [
  'a',
  'A',
  'a ',
  'a:b',
  '["a"]',
  '["a","b"]',
  '{a}',
  '%',
  "'",
  '\\',
  '\0',
  '\uD800',
  '😀',
  'x'.repeat(2000),
];

/** Cases that every store of jobs must pass, for any test runner. */
export const jobStoreConformance: readonly StoreCase<JobStores>[] = [
  {
    name: 'saves a record only over the stored version',
    async run(create) {
      const [mine, theirs] = await create();
      equal(await mine.load('a'), undefined);
      equal(await mine.save('a', { step: 1 }, 1, {}), undefined);
      equal(await mine.load('a'), undefined);
      const first = await mine.save('a', { step: 1 }, 0, {});
      ok(first !== undefined && Number.isSafeInteger(first) && first > 0);
      deepEqual(await theirs.load('a'), { record: { step: 1 }, version: first });
      equal(await theirs.save('a', { step: 2 }, 0, {}), undefined);
      const second = await theirs.save('a', { step: 2 }, first, {});
      ok(second !== undefined && second > first);
      equal(await mine.save('a', { step: 3 }, first, {}), undefined);
      deepEqual(await mine.load('a'), { record: { step: 2 }, version: second });
    },
  },
  {
    name: 'retains every value of a record, and the order of its members',
    async run(create) {
      const [mine, theirs] = await create();
      const record = { z: 'ü\0\uD800😀', a: [1.5, null, true, { b: {}, a: [] }], text: 'x'.repeat(300_000) };
      await mine.save('a', record, 0, {});
      equal(JSON.stringify((await theirs.load('a'))?.record), JSON.stringify(record));
    },
  },
  {
    name: 'distinguishes keys by every character',
    async run(create) {
      const [mine, theirs] = await create();
      for (const [number, key] of KEYS.entries()) await mine.save(key, { number }, 0, { dueAt: number });
      for (const [number, key] of KEYS.entries()) equal((await theirs.load(key))?.record['number'], number);
      deepEqual(
        await theirs.due(100),
        KEYS.map((key, dueAt) => ({ key, dueAt })),
      );
    },
  },
  {
    name: 'lets one of several parallel saves succeed',
    async run(create) {
      const [mine, theirs] = await create();
      let version = 0;
      for (let round = 0; round < 3; round++) {
        const over = version;
        const saves = Array.from({ length: 8 }, (_, number) =>
          (number % 2 === 0 ? mine : theirs).save('a', { number }, over, {}),
        );
        const saved = (await Promise.all(saves)).filter((found) => found !== undefined);
        equal(saved.length, 1);
        equal((await mine.load('a'))?.version, saved[0]);
        version = saved[0] ?? 0;
      }
    },
  },
  {
    name: 'loses no update of parallel writers that load before each save',
    async run(create) {
      const stores = await create();
      await stores[0].save('a', { count: 0 }, 0, {});
      const add = async (store: TestedJobStore): Promise<void> => {
        for (;;) {
          const found = await store.load('a');
          const count = Number(found?.record['count']) + 1;
          if ((await store.save('a', { count }, found?.version ?? 0, {})) !== undefined) return;
        }
      };
      const work = Array.from({ length: 20 }, (_, number) => add(number % 2 === 0 ? stores[0] : stores[1]));
      await Promise.all(work);
      equal((await stores[0].load('a'))?.record['count'], 20);
    },
  },
  {
    name: 'returns due keys with the earliest first, and only those with a time',
    async run(create) {
      const [mine, theirs] = await create();
      deepEqual(await mine.due(10), []);
      const version = await mine.save('b', {}, 0, { dueAt: 2_000_000_000_002 });
      await mine.save('a', {}, 0, { dueAt: 2_000_000_000_003.5 });
      await mine.save('c', {}, 0, { dueAt: 1 });
      await mine.save('d', {}, 0, {});
      deepEqual(
        (await theirs.due(10)).map(({ key }) => key),
        ['c', 'b', 'a'],
      );
      deepEqual(await theirs.due(2), [
        { key: 'c', dueAt: 1 },
        { key: 'b', dueAt: 2_000_000_000_002 },
      ]);
      const later = await theirs.save('b', {}, version ?? 0, { dueAt: 2_000_000_000_009 });
      deepEqual(
        (await mine.due(10)).map(({ key }) => key),
        ['c', 'a', 'b'],
      );
      await mine.save('b', {}, later ?? 0, {});
      deepEqual(
        (await mine.due(10)).map(({ key }) => key),
        ['c', 'a'],
      );
    },
  },
  {
    name: 'removes a record only over the stored version, and never uses its versions again',
    async run(create) {
      const [mine, theirs] = await create();
      const first = (await mine.save('a', { job: 1 }, 0, { dueAt: 1 })) ?? 0;
      const last = (await mine.save('a', { job: 1 }, first, { dueAt: 1 })) ?? 0;
      equal(await theirs.remove('a', first), false);
      equal(await theirs.remove('a', last), true);
      equal(await theirs.remove('a', last), false);
      equal(await mine.load('a'), undefined);
      deepEqual(await mine.due(10), []);
      equal(await mine.save('a', { job: 1 }, last, {}), undefined);
      let version = (await theirs.save('a', { job: 2 }, 0, {})) ?? 0;
      for (let step = 0; step < 3; step++) {
        ok(version > last);
        for (const old of [first, last]) {
          equal(await mine.save('a', { job: 1 }, old, {}), undefined);
          equal(await mine.remove('a', old), false);
        }
        version = (await theirs.save('a', { job: 2 }, version, {})) ?? 0;
      }
      deepEqual((await mine.load('a'))?.record, { job: 2 });
    },
  },
  {
    name: 'deletes a record after its time, and never uses its versions again',
    async run(create) {
      const [mine, theirs] = await create();
      const kept = (await mine.save('kept', {}, 0, { keepMs: 3_600_000 })) ?? 0;
      const first = (await mine.save('a', { job: 1 }, 0, { dueAt: 1, keepMs: 50 })) ?? 0;
      await until(async () => (await theirs.load('a')) === undefined, 'the record has expired');
      equal(await mine.save('a', { job: 1 }, first, {}), undefined);
      deepEqual(await theirs.due(10), []);
      const second = (await theirs.save('a', { job: 2 }, 0, { keepMs: 1 })) ?? 0;
      ok(second > first);
      await until(async () => (await mine.load('a')) === undefined, 'the second record has expired');
      const third = (await mine.save('a', { job: 3 }, 0, {})) ?? 0;
      ok(third > second);
      // A later save without a time retains the record.
      const early = (await mine.save('b', {}, 0, { keepMs: 200 })) ?? 0;
      await mine.save('b', {}, early, {});
      await mine.save('c', {}, 0, { keepMs: 250 });
      await until(async () => (await mine.load('c')) === undefined, 'the other record has expired');
      ok((await theirs.load('b')) !== undefined);
      equal((await theirs.load('kept'))?.version, kept);
    },
  },
];
