import { deepEqual, equal, ok } from 'node:assert/strict';
import { type StoreCase, until } from './store-case.ts';

/*
 * Copy of `JobStore` of `@majordomo/background`, so that this package does not depend on it.
 */

/** Members of `JobStore`. */
export interface TestedJobStore {
  /** Loads a record; `undefined` if the key is unknown or its record has expired. */
  load(key: string): Promise<TestedStoredJob | undefined>;
  /** Saves a record over a version; 0 means that none is stored. Returns the new version, or `undefined` for another version. */
  save(
    key: string,
    record: string,
    version: number,
    times: { readonly dueMs?: number | undefined; readonly keepMs?: number | undefined },
  ): Promise<number | undefined>;
  /** Changes only the `dueMs` of a record over a version. Returns the new version, or `undefined` for another version. */
  postpone(key: string, version: number, dueMs: number): Promise<number | undefined>;
  /** Returns at most `limit` keys with a `dueMs`, earliest first. */
  due(limit: number): Promise<readonly { readonly key: string; readonly dueMs: number }[]>;
  /** Deletes a record over a version. Returns whether the record was deleted. */
  remove(key: string, version: number): Promise<boolean>;
}

/** Stored record, its version and the time from now until it is due, in milliseconds. */
export interface TestedStoredJob {
  readonly record: string;
  readonly version: number;
  readonly dueMs: number | undefined;
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
      equal(await mine.save('a', '1', 1, {}), undefined);
      equal(await mine.load('a'), undefined);
      const first = await mine.save('a', '1', 0, {});
      ok(first !== undefined && Number.isSafeInteger(first) && first > 0);
      deepEqual(await theirs.load('a'), { record: '1', version: first, dueMs: undefined });
      equal(await theirs.save('a', '2', 0, {}), undefined);
      const second = await theirs.save('a', '2', first, { dueMs: HOUR_MS });
      ok(second !== undefined && second > first);
      equal(await mine.save('a', '3', first, {}), undefined);
      await isStored(mine, 'a', { record: '2', version: second, dueMs: HOUR_MS });
    },
  },
  {
    name: 'retains every character of a record',
    async run(create) {
      const [mine, theirs] = await create();
      const text = 'x'.repeat(2_000_000);
      const record = JSON.stringify({ z: 'ü\0\uD800\\u0000😀\n\r\u2028', a: [1.5, null, { b: {} }], text });
      await mine.save('a', record, 0, {});
      equal((await theirs.load('a'))?.record, record);
    },
  },
  {
    name: 'distinguishes keys by every character',
    async run(create) {
      const [mine, theirs] = await create();
      for (const [number, key] of KEYS.entries())
        await mine.save(key, `${number}`, 0, { dueMs: number * HOUR_MS });
      for (const [number, key] of KEYS.entries()) equal((await theirs.load(key))?.record, `${number}`);
      deepEqual(await keysOf(theirs, 100), KEYS);
      for (const [number, key] of KEYS.entries()) {
        const dueMs = (number + 100) * HOUR_MS;
        const version = (await theirs.postpone(key, (await mine.load(key))?.version ?? 0, dueMs)) ?? 0;
        await isStored(mine, key, { record: `${number}`, version, dueMs });
        equal(await mine.remove(key, version), true);
      }
      deepEqual(await mine.due(100), []);
    },
  },
  {
    name: 'lets one of several parallel saves and postponements succeed',
    async run(create) {
      const [mine, theirs] = await create();
      let version = (await mine.save('a', 'first', 0, {})) ?? 0;
      for (let round = 0; round < 3; round++) {
        const over = version;
        const changes = Array.from({ length: 8 }, (_, number) => {
          const store = number % 2 === 0 ? mine : theirs;
          return number < 4 ? store.save('a', `${number}`, over, {}) : store.postpone('a', over, number);
        });
        const changed = (await Promise.all(changes)).filter((found) => found !== undefined);
        equal(changed.length, 1);
        equal((await mine.load('a'))?.version, changed[0]);
        version = changed[0] ?? 0;
      }
      const created = Array.from({ length: 8 }, (_, number) =>
        (number % 2 === 0 ? mine : theirs).save('b', `${number}`, 0, {}),
      );
      equal((await Promise.all(created)).filter((found) => found !== undefined).length, 1);
    },
  },
  {
    name: 'loses no update of parallel writers that load before each save',
    async run(create) {
      const stores = await create();
      await stores[0].save('a', '0', 0, {});
      const add = async (store: TestedJobStore): Promise<void> => {
        for (;;) {
          const found = await store.load('a');
          const next = `${Number(found?.record) + 1}`;
          if ((await store.save('a', next, found?.version ?? 0, {})) !== undefined) return;
        }
      };
      const work = Array.from({ length: 20 }, (_, number) => add(number % 2 === 0 ? stores[0] : stores[1]));
      await Promise.all(work);
      equal((await stores[0].load('a'))?.record, '20');
    },
  },
  {
    name: 'returns due keys with the earliest first, and only those with a time',
    async run(create) {
      const [mine, theirs] = await create();
      deepEqual(await mine.due(10), []);
      const version = await mine.save('b', '', 0, { dueMs: 2 * HOUR_MS });
      await mine.save('a', '', 0, { dueMs: 3 * HOUR_MS + 0.5 });
      await mine.save('c', '', 0, { dueMs: -HOUR_MS });
      await mine.save('d', '', 0, {});
      deepEqual(await keysOf(theirs), ['c', 'b', 'a']);
      const times = (await theirs.due(2)).map(({ dueMs }) => dueMs);
      isAbout(times[0], -HOUR_MS);
      isAbout(times[1], 2 * HOUR_MS);
      deepEqual(await keysOf(theirs, 2), ['c', 'b']);
      const later = await theirs.save('b', '', version ?? 0, { dueMs: 4 * HOUR_MS });
      deepEqual(await keysOf(mine), ['c', 'a', 'b']);
      await mine.save('b', '', later ?? 0, {});
      deepEqual(await keysOf(mine), ['c', 'a']);
    },
  },
  {
    name: 'measures the time until a job is due with its own clock',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.save('a', '', 0, { dueMs: 30 });
      await until(async () => ((await theirs.load('a'))?.dueMs ?? 1) <= 0, 'the job is due');
      const [first] = await theirs.due(1);
      ok(first !== undefined && first.dueMs <= 0);
      await mine.postpone('a', (await mine.load('a'))?.version ?? 0, HOUR_MS);
      isAbout((await theirs.due(1))[0]?.dueMs, HOUR_MS);
    },
  },
  {
    name: 'postpones a record only over the stored version, and does not change the record',
    async run(create) {
      const [mine, theirs] = await create();
      equal(await mine.postpone('a', 0, HOUR_MS), undefined);
      equal(await mine.postpone('a', 1, HOUR_MS), undefined);
      equal(await mine.load('a'), undefined);
      const first = (await mine.save('a', '{"step":1}', 0, { dueMs: HOUR_MS })) ?? 0;
      await mine.save('b', '', 0, { dueMs: 2 * HOUR_MS });
      const second = (await theirs.postpone('a', first, 3 * HOUR_MS)) ?? 0;
      ok(Number.isSafeInteger(second) && second > first);
      await isStored(mine, 'a', { record: '{"step":1}', version: second, dueMs: 3 * HOUR_MS });
      deepEqual(await keysOf(theirs), ['b', 'a']);
      equal(await mine.postpone('a', first, 1), undefined);
      equal(await mine.save('a', '', first, {}), undefined);
      await isStored(mine, 'a', { record: '{"step":1}', version: second, dueMs: 3 * HOUR_MS });
      const third = (await mine.save('a', '', second, {})) ?? 0;
      ok(third > second);
      ok(((await mine.postpone('a', third, 1)) ?? 0) > third);
      deepEqual(await keysOf(mine), ['a', 'b']);
    },
  },
  {
    name: 'removes a record only over the stored version, and never uses its versions again',
    async run(create) {
      const [mine, theirs] = await create();
      const first = (await mine.save('a', 'old', 0, { dueMs: 1 })) ?? 0;
      const second = (await mine.save('a', 'old', first, { dueMs: 1 })) ?? 0;
      const last = (await mine.postpone('a', second, 1)) ?? 0;
      equal(await theirs.remove('a', second), false);
      equal(await theirs.remove('a', last), true);
      equal(await theirs.remove('a', last), false);
      equal(await mine.load('a'), undefined);
      deepEqual(await mine.due(10), []);
      equal(await mine.save('a', 'old', last, {}), undefined);
      equal(await mine.postpone('a', last, 1), undefined);
      let version = (await theirs.save('a', 'new', 0, {})) ?? 0;
      for (let step = 0; step < 3; step++) {
        ok(version > last);
        for (const old of [first, second, last]) {
          equal(await mine.save('a', 'old', old, {}), undefined);
          equal(await mine.postpone('a', old, 1), undefined);
          equal(await mine.remove('a', old), false);
        }
        version = (await theirs.save('a', 'new', version, {})) ?? 0;
      }
      deepEqual(await mine.load('a'), { record: 'new', version, dueMs: undefined });
    },
  },
  {
    name: 'deletes a record after its time, and never uses its versions again',
    async run(create) {
      const [mine, theirs] = await create();
      const kept = (await mine.save('kept', '', 0, { keepMs: 3_600_000 })) ?? 0;
      const first = (await mine.save('a', 'old', 0, { dueMs: 1, keepMs: 50 })) ?? 0;
      await until(async () => (await theirs.load('a')) === undefined, 'the record has expired');
      equal(await mine.save('a', 'old', first, {}), undefined);
      equal(await mine.postpone('a', first, 1), undefined);
      equal(await mine.remove('a', first), false);
      deepEqual(await theirs.due(10), []);
      const second = (await theirs.save('a', 'new', 0, { keepMs: 1 })) ?? 0;
      ok(second > first);
      await until(async () => (await mine.load('a')) === undefined, 'the second record has expired');
      const third = (await mine.save('a', 'newest', 0, {})) ?? 0;
      ok(third > second);
      equal((await theirs.load('kept'))?.version, kept);
    },
  },
  {
    name: 'retains a record after its time if a later save has no time, and deletes it if the record is only postponed',
    async run(create) {
      const [mine, theirs] = await create();
      // A slow machine may need longer than the time for two operations, so try again.
      const keepThen = async (
        key: string,
        change: (version: number) => Promise<number | undefined>,
      ): Promise<void> => {
        let changed: number | undefined;
        while (changed === undefined)
          changed = await change((await mine.save(key, '', 0, { dueMs: 1, keepMs: 250 })) ?? 0);
      };
      await keepThen('saved', (version) => mine.save('saved', '', version, {}));
      await keepThen('postponed', (version) => mine.postpone('postponed', version, 2));
      await mine.save('last', '', 0, { keepMs: 250 });
      await until(async () => (await mine.load('last')) === undefined, 'the last record has expired');
      ok((await theirs.load('saved')) !== undefined);
      equal(await theirs.load('postponed'), undefined);
      deepEqual(await theirs.due(10), []);
    },
  },
];

const HOUR_MS = 3_600_000;

const keysOf = async (store: TestedJobStore, limit = 10): Promise<readonly string[]> =>
  (await store.due(limit)).map(({ key }) => key);

/** Checks a time from now, which has decreased since it was stored. */
function isAbout(dueMs: number | undefined, stored: number): void {
  ok(dueMs !== undefined && dueMs <= stored + 1 && dueMs > stored - HOUR_MS / 2, `${dueMs} is not ${stored}`);
}

async function isStored(store: TestedJobStore, key: string, expected: TestedStoredJob): Promise<void> {
  const { dueMs, ...found } = (await store.load(key)) ?? {};
  const { dueMs: expectedMs = 0, ...others } = expected;
  deepEqual(found, others);
  isAbout(dueMs, expectedMs);
}
