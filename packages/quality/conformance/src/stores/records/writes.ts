import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { LlmError } from '@majordomo/core';
import { hold, type RecordChange, type RecordStore } from '@majordomo/records';
import { nextMillisecond, storeCase, type StoreCase, until } from '../store-case.ts';
import {
  HOUR_MS,
  isAbout,
  keysOf,
  put,
  putChange,
  SPACE,
  touch,
  valuesOf,
  type RecordStores,
} from './support.ts';

/** Cases about changes, versions, times and leases. A change over the version 0 requires that no record is stored. */
export const WRITES: readonly StoreCase<RecordStores>[] = [
  storeCase('writes a record only over the stored version', async (mine, theirs) => {
    equal(await mine.get(SPACE, 'a'), undefined);
    equal(await put(mine, 'a', '1', { version: 1 }), undefined);
    equal(await mine.get(SPACE, 'a'), undefined);
    const first = await put(mine, 'a', '1', { version: 0, label: 'x' });
    ok(first !== undefined && Number.isSafeInteger(first) && first > 0);
    const { at, ...stored } = (await theirs.get(SPACE, 'a')) ?? {};
    deepEqual(stored, { key: 'a', value: '1', version: first, label: 'x', dueMs: undefined });
    ok(Number.isSafeInteger(at));
    equal(await put(theirs, 'a', '2', { version: 0 }), undefined);
    const second = (await put(theirs, 'a', '2', { version: first })) ?? 0;
    ok(second > first);
    equal(await put(mine, 'a', '3', { version: first }), undefined);
    const third = (await put(mine, 'a', '3')) ?? 0;
    ok(third > second);
    deepEqual(await valuesOf(theirs, { limit: 10 }), ['3']);
    equal((await theirs.get(SPACE, 'a'))?.label, '');
    equal(await theirs.get('b', 'a'), undefined);
  }),
  storeCase('retains every character of a value', async (mine, theirs) => {
    const text = 'x'.repeat(2_000_000);
    const value = JSON.stringify({ z: 'ü\0\uD800\\u0000😀\n\r\u2028', a: [1.5, null, { b: {} }], text });
    await put(mine, 'a', value);
    equal((await theirs.get(SPACE, 'a'))?.value, value);
  }),
  storeCase('makes all changes of a write or none', async (mine, theirs) => {
    const [a = 0, b = 0] = (await mine.write(SPACE, [putChange('a', '1'), putChange('b', '1')])) ?? [];
    ok(a > 0 && b > 0);
    const wrong: readonly RecordChange[][] = [
      [putChange('a', '2'), { type: 'check', key: 'b', version: b + 1 }],
      [putChange('a', '2'), { type: 'check', key: 'b', version: 0 }],
      [putChange('a', '2'), { type: 'check', key: 'c', version: 1 }],
      [putChange('c', '2'), { type: 'remove', key: 'a', version: b + 1 }],
      [{ type: 'remove', key: 'a' }, putChange('b', '2', 0)],
      [
        { type: 'remove', key: 'a' },
        { type: 'touch', key: 'c', dueMs: 1 },
      ],
    ];
    for (const changes of wrong) equal(await theirs.write(SPACE, changes), undefined);
    deepEqual(await valuesOf(mine, { limit: 10 }), ['1', '1']);
    const versions = await theirs.write(SPACE, [
      putChange('a', '2', a),
      { type: 'check', key: 'b', version: b },
      { type: 'check', key: 'c', version: 0 },
      putChange('d', '4', 0),
      { type: 'remove', key: 'unknown' },
    ]);
    ok(versions !== undefined && (versions[0] ?? 0) > a && (versions[3] ?? 0) > 0);
    deepEqual([versions[1], versions[2], versions[4]], [b, 0, 0]);
    deepEqual(await keysOf(mine, { limit: 10 }), ['a', 'b', 'd']);
    equal((await mine.get(SPACE, 'b'))?.version, b);
  }),
  storeCase('lets one of several parallel writes of a version succeed', async (...stores) => {
    let version = (await put(stores[0], 'a', '0', { version: 0 })) ?? 0;
    for (let round = 0; round < 3; round++) {
      const over = version;
      const written = await Promise.all(
        Array.from({ length: 8 }, (_, number) => {
          const store = stores[number % 2] ?? stores[0];
          return number < 4
            ? put(store, 'a', `${number}`, { version: over })
            : touch(store, 'a', { version: over, dueMs: number });
        }),
      );
      const changed = written.filter((found) => found !== undefined);
      equal(changed.length, 1);
      equal((await stores[0].get(SPACE, 'a'))?.version, changed[0]);
      version = changed[0] ?? 0;
    }
    const created = await Promise.all(
      Array.from({ length: 8 }, (_, number) => put(stores[number % 2] ?? stores[0], 'b', '', { version: 0 })),
    );
    equal(created.filter((found) => found !== undefined).length, 1);
  }),
  storeCase('loses no update of parallel writers of several records', async (...stores) => {
    await stores[0].write(SPACE, [putChange('a', '0'), putChange('b', '0')]);
    const add = async (store: RecordStore, keys: readonly string[]): Promise<void> => {
      for (;;) {
        const found = await store.list(SPACE, { keys, limit: 2 });
        const byKey = new Map(found.map((record) => [record.key, record]));
        const changes = keys.map((key) => {
          const { value, version } = byKey.get(key) ?? { value: '0', version: 0 };
          return putChange(key, `${Number(value) + 1}`, version);
        });
        if ((await store.write(SPACE, changes)) !== undefined) return;
      }
    };
    // Two orders of the keys, so that writers could wait for each other.
    const work = Array.from({ length: 12 }, (_, number) =>
      add(stores[number % 2] ?? stores[0], number % 3 === 0 ? ['a', 'b'] : ['b', 'a']),
    );
    await Promise.all(work);
    deepEqual(await valuesOf(stores[1], { limit: 10 }), ['12', '12']);
  }),
  storeCase(
    'touches a record only over the stored version, and does not change its value',
    async (mine, theirs) => {
      equal(await touch(mine, 'a', { dueMs: HOUR_MS }), undefined);
      equal(await touch(mine, 'a', { version: 0, dueMs: HOUR_MS }), undefined);
      equal(await mine.get(SPACE, 'a'), undefined);
      const first = (await put(mine, 'a', '{"step":1}', { label: 'x', dueMs: HOUR_MS })) ?? 0;
      const { at } = (await mine.get(SPACE, 'a')) ?? {};
      await nextMillisecond();
      const second = (await touch(theirs, 'a', { version: first, dueMs: 3 * HOUR_MS })) ?? 0;
      ok(second > first);
      equal(await touch(mine, 'a', { version: first, label: 'y' }), undefined);
      equal(await put(mine, 'a', '', { version: first }), undefined);
      const { dueMs, ...stored } = (await mine.get(SPACE, 'a')) ?? {};
      deepEqual(stored, { key: 'a', value: '{"step":1}', version: second, label: 'x', at });
      isAbout(dueMs, 3 * HOUR_MS);
      await touch(mine, 'a', { label: 'y' });
      const labelled = await theirs.get(SPACE, 'a');
      equal(labelled?.label, 'y');
      isAbout(labelled.dueMs, 3 * HOUR_MS);
      await touch(mine, 'a', { dueMs: null });
      const last = await theirs.get(SPACE, 'a');
      deepEqual([last?.label, last?.dueMs, last?.value], ['y', undefined, '{"step":1}']);
    },
  ),
  storeCase(
    'removes a record only over the stored version, and never uses its versions again',
    async (mine, theirs) => {
      const first = (await put(mine, 'a', 'old', { version: 0, dueMs: 1, label: 'x' })) ?? 0;
      const last = (await touch(mine, 'a', { dueMs: 1 })) ?? 0;
      equal(await theirs.write(SPACE, [{ type: 'remove', key: 'a', version: first }]), undefined);
      deepEqual(await theirs.write(SPACE, [{ type: 'remove', key: 'a', version: last }]), [0]);
      equal(await mine.get(SPACE, 'a'), undefined);
      deepEqual(await keysOf(mine, { order: 'due', limit: 10 }), []);
      deepEqual(await mine.counts(SPACE), {});
      equal(await theirs.write(SPACE, [{ type: 'remove', key: 'a', version: last }]), undefined);
      let version = (await put(theirs, 'a', 'new', { version: 0 })) ?? 0;
      for (let step = 0; step < 3; step++) {
        ok(version > last);
        for (const old of [first, last]) {
          equal(await put(mine, 'a', 'old', { version: old }), undefined);
          equal(await mine.write(SPACE, [{ type: 'remove', key: 'a', version: old }]), undefined);
        }
        version = (await put(theirs, 'a', 'new', { version })) ?? 0;
      }
    },
  ),
  storeCase('removes a record after its time, and never uses its versions again', async (mine, theirs) => {
    const kept = (await put(mine, 'kept', '', { keepMs: HOUR_MS })) ?? 0;
    const first = (await put(mine, 'a', 'old', { dueMs: 1, keepMs: 50, label: 'x' })) ?? 0;
    await until(async () => (await theirs.get(SPACE, 'a')) === undefined, 'the record has expired');
    // Before any list or write, in which a store may remove expired records.
    deepEqual(await theirs.counts(SPACE), { '': 1 });
    deepEqual(await keysOf(theirs, { order: 'due', limit: 10 }), []);
    deepEqual(await keysOf(theirs, { order: 'newest', limit: 10 }), ['kept']);
    deepEqual(await keysOf(theirs, { label: 'x', limit: 10 }), []);
    equal(await put(mine, 'a', 'old', { version: first }), undefined);
    equal(await touch(mine, 'a', { dueMs: 1 }), undefined);
    equal(await mine.write(SPACE, [{ type: 'check', key: 'a', version: first }]), undefined);
    ok(((await put(theirs, 'a', 'new', { version: 0 })) ?? 0) > first);
    equal((await theirs.get(SPACE, 'kept'))?.version, kept);
  }),
  storeCase(
    'adds records in the same write as one that replaces or removes an expired record',
    async (mine, theirs) => {
      const keysWith = async (first: string, type: 'put' | 'remove'): Promise<readonly string[]> => {
        await put(mine, 'old', '', { keepMs: 50 });
        await until(async () => (await theirs.get(SPACE, 'old')) === undefined, 'the record has expired');
        const change: RecordChange = type === 'put' ? { type, key: 'old', value: '' } : { type, key: 'old' };
        await mine.write(SPACE, [{ type: 'put', key: first, value: '' }, change]);
        return keysOf(theirs, { limit: 10 });
      };
      deepEqual(await keysWith('a', 'remove'), ['a']);
      deepEqual(await keysWith('b', 'put'), ['a', 'b', 'old']);
    },
  ),
  storeCase('keeps a record whose time a later change has removed', async (mine, theirs) => {
    // A slow machine may need longer than the time for two operations, so try again.
    const keepThen = async (key: string, change: () => Promise<number | undefined>): Promise<void> => {
      do await put(mine, key, '', { keepMs: 250 });
      while ((await change()) === undefined);
    };
    await keepThen('put', () => put(mine, 'put', ''));
    // A touch without `keepMs` does not change the time, so this record expires.
    await keepThen('touched', () => touch(mine, 'touched', { dueMs: 2 }));
    await keepThen('cleared', () => touch(mine, 'cleared', { keepMs: null }));
    await put(mine, 'last', '', { keepMs: 250 });
    await until(async () => (await mine.get(SPACE, 'last')) === undefined, 'the last record has expired');
    deepEqual(await keysOf(theirs, { limit: 10 }), ['cleared', 'put']);
  }),
  storeCase('gives a lease to one process at a time', async (...stores) => {
    await put(stores[0], 'a', '0');
    const take = (store: RecordStore) => hold(store, SPACE, 'a', HOUR_MS);
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, number) => take(stores[number % 2] ?? stores[0])),
    );
    const held = results.flatMap((result) => (result.state === 'held' ? [result.hold] : []));
    equal(held.length, 1);
    equal(results.filter(({ state }) => state === 'busy').length, 5);
    await held[0]?.save({ value: '1' });
    await held[0]?.release();
    const next = await take(stores[1]);
    ok(next.state === 'held');
    equal(next.hold.record.value, '1');
    // A process that changes the record without the lease ends the lease.
    await put(stores[0], 'a', '2');
    await rejects(next.hold.save({ value: '3' }), (error) => LlmError.is(error, 'denied'));
    equal((await stores[0].get(SPACE, 'a'))?.value, '2');
  }),
];
