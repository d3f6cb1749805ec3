import type { CacheStore } from '@majordomo/cache';
import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { type StoreCase, until } from './store-case.ts';

const VALUES: readonly unknown[] = [
  'text',
  '',
  0,
  -1.5,
  true,
  false,
  null,
  [],
  {},
  [1, 'two', [3], { four: null }],
  { text: 'ü € 😀 \u0000 "quoted"', list: [{ deep: { deeper: [] } }] },
  'x'.repeat(200_000),
];

const KEYS: readonly string[] = [
  '',
  'a',
  'A',
  'a ',
  'ä',
  '%',
  '_',
  "'",
  '"',
  '\\',
  'a:b:c',
  '😀',
  'k'.repeat(2000),
];

/** Test cases that every cache store must pass, for any test runner. They take about half a second. */
export const cacheStoreConformance: readonly StoreCase<CacheStore>[] = [
  {
    name: 'returns undefined for a key without an entry',
    async run(create) {
      equal(await (await create()).get('nothing'), undefined);
    },
  },
  {
    name: 'returns a value equal to the stored one',
    async run(create) {
      const store = await create();
      for (const [index, value] of VALUES.entries()) await store.set(`value ${index}`, value);
      for (const [index, value] of VALUES.entries()) deepEqual(await store.get(`value ${index}`), value);
    },
  },
  {
    name: 'distinguishes keys by every character',
    async run(create) {
      const store = await create();
      for (const key of KEYS) await store.set(key, { key });
      for (const key of KEYS) deepEqual(await store.get(key), { key });
    },
  },
  {
    name: 'replaces an entry and its time to live',
    async run(create) {
      const store = await create();
      await store.set('key', 1, 1);
      await store.set('key', 2);
      await store.set('brief', 1, 1);
      await until(async () => (await store.get('brief')) === undefined, 'an entry of 1 ms is over');
      equal(await store.get('key'), 2);
    },
  },
  {
    name: 'expires an entry after its time to live and not before',
    async run(create) {
      const store = await create();
      const begin = performance.now();
      await store.set('brief', 'here', 200);
      const early = await store.get('brief');
      // On a busy machine, the entry can expire before it is read for the first time.
      if (performance.now() - begin < 200) equal(early, 'here');
      await until(async () => (await store.get('brief')) === undefined, 'an entry of 200 ms is over');
      // A store's clock may have a resolution of one millisecond, so the entry may expire slightly early.
      equal(performance.now() - begin >= 198, true);
    },
  },
  {
    name: 'deletes only the given entry',
    async run(create) {
      const store = await create();
      await store.set('a', 1);
      await store.set('ab', 2);
      await store.delete('a');
      await store.delete('never there');
      deepEqual([await store.get('a'), await store.get('ab')], [undefined, 2]);
    },
  },
  {
    name: 'stores copies: later changes of a value do not affect the entry',
    async run(create) {
      const store = await create();
      const value = { list: [1] };
      await store.set('key', value);
      value.list.push(2);
      const first = await store.get('key');
      deepEqual(first, { list: [1] });
      first.list.push(3);
      const second = await store.get('key');
      notEqual(first, second);
      deepEqual(second, { list: [1] });
    },
  },
  {
    name: 'handles parallel calls independently',
    async run(create) {
      const store = await create();
      const numbers = Array.from({ length: 200 }, (_, number) => number);
      await Promise.all(numbers.map((number) => store.set(`key ${number}`, { number })));
      const found = await Promise.all(numbers.map((number) => store.get(`key ${number}`)));
      deepEqual(
        found,
        numbers.map((number) => ({ number })),
      );
    },
  },
];
