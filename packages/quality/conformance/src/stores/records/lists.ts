import { deepEqual, equal, rejects } from 'node:assert/strict';
import { LlmError } from '@majordomo/core';
import { nextMillisecond, storeCase, type StoreCase, until } from '../store-case.ts';
import {
  HOUR_MS,
  isAbout,
  keysOf,
  pagesOf,
  put,
  putChange,
  SPACE,
  touch,
  valuesOf,
  type RecordStores,
} from './support.ts';

/** Different keys, in the order of their bytes in UTF-8. */
const KEYS: readonly string[] = [
  ' ',
  '"',
  '%',
  "'",
  '["a","b"]',
  '["a"]',
  'a',
  'a ',
  'a/b',
  'a/bb',
  'a:b',
  'aB',
  'ab',
  'x'.repeat(2000),
  '{a}',
  'ä',
  'ａ',
  '😀',
];
/** Keys with characters that databases cannot store, whose place in the order is not specified. */
const ODD_KEYS: readonly string[] = ['\0', '\uD800', '\\', '\\u0000'];

/** Cases about keys, lists, searches and watchers. A case without a search or a watch in the store passes. */
export const LISTS: readonly StoreCase<RecordStores>[] = [
  storeCase('distinguishes keys by every character, and orders them by their bytes', async (mine, theirs) => {
    const all = [...KEYS, ...ODD_KEYS];
    for (const [number, key] of all.toReversed().entries())
      await put(mine, key, `${all.length - 1 - number}`);
    for (const [number, key] of all.entries()) equal((await theirs.get(SPACE, key))?.value, `${number}`);
    const listed = await keysOf(theirs, { limit: 100 });
    deepEqual(
      listed.filter((key) => KEYS.includes(key)),
      KEYS,
    );
    equal(listed.length, all.length);
    const selected = [all[3], all[6], ODD_KEYS[0], 'unknown'].flatMap((key) => key ?? []);
    const found = await theirs.list(SPACE, { keys: selected, limit: 100 });
    // A value is the position of its key in `all`, where the odd keys follow 18 others.
    deepEqual(found.map(({ value }) => value).sort(), ['18', '3', '6']);
    deepEqual(await keysOf(theirs, { keys: [], limit: 10 }), []);
    for (const key of all) deepEqual(await mine.write(SPACE, [{ type: 'remove', key }]), [0]);
    deepEqual(await keysOf(theirs, { limit: 100 }), []);
  }),
  storeCase('separates spaces by every character', async (mine, theirs) => {
    const spaces = [...KEYS.filter((space) => space.length <= 200), 's'.repeat(200)];
    for (const space of spaces)
      await mine.write(space, [{ type: 'put', key: 'k', value: JSON.stringify(space) }]);
    for (const space of spaces) {
      deepEqual(
        (await theirs.list(space, { limit: 10 })).map(({ value }) => value),
        [JSON.stringify(space)],
      );
      deepEqual(await theirs.counts(space), { '': 1 });
    }
  }),
  storeCase('lists due records with the earliest first, by its own clock', async (mine, theirs) => {
    await put(mine, 'b', '', { dueMs: 2 * HOUR_MS });
    await put(mine, 'a', '', { dueMs: 3 * HOUR_MS + 0.5, label: 'x' });
    await put(mine, 'c', '', { dueMs: -HOUR_MS });
    await put(mine, 'd', '');
    deepEqual(await keysOf(theirs, { order: 'due', limit: 10 }), ['c', 'b', 'a']);
    deepEqual(await keysOf(theirs, { order: 'due', limit: 2 }), ['c', 'b']);
    const [first, second] = await theirs.list(SPACE, { order: 'due', limit: 2 });
    isAbout(first?.dueMs, -HOUR_MS);
    isAbout(second?.dueMs, 2 * HOUR_MS);
    await touch(theirs, 'b', { dueMs: 4 * HOUR_MS });
    deepEqual(await keysOf(mine, { order: 'due', limit: 10 }), ['c', 'a', 'b']);
    // A put without a due time removes the earlier one.
    await put(theirs, 'b', '');
    equal((await mine.get(SPACE, 'b'))?.dueMs, undefined);
    deepEqual(await keysOf(mine, { order: 'due', limit: 10 }), ['c', 'a']);
    await put(mine, 'soon', '', { dueMs: 30 });
    await until(async () => ((await theirs.get(SPACE, 'soon'))?.dueMs ?? 1) <= 0, 'the record is due');
  }),
  storeCase('lists pages by key, label and time of the last put', async (mine, theirs) => {
    const labels = ['x', 'y', 'x', '', 'x'];
    for (const [number, label] of labels.entries()) {
      await put(mine, `k${(number * 3) % 5}`, `${number}`, { label });
      await nextMillisecond();
    }
    // Keys in the order of the puts: k0 k3 k1 k4 k2. A touch does not change the order.
    await touch(theirs, 'k0', { dueMs: 1 });
    deepEqual(await pagesOf(theirs, { limit: 2 }), ['k0', 'k1', 'k2', 'k3', 'k4']);
    deepEqual(await pagesOf(theirs, { limit: 2, order: 'newest' }), ['k2', 'k4', 'k1', 'k3', 'k0']);
    deepEqual(await pagesOf(theirs, { limit: 1, label: 'x' }), ['k0', 'k1', 'k2']);
    deepEqual(await pagesOf(theirs, { limit: 2, label: 'x', order: 'newest' }), ['k2', 'k1', 'k0']);
    await put(theirs, 'k0', '9', { label: 'y' });
    deepEqual(await keysOf(mine, { order: 'newest', limit: 2 }), ['k0', 'k2']);
    deepEqual(await mine.counts(SPACE), { '': 1, x: 2, y: 2 });
    deepEqual(await valuesOf(mine, { label: 'y', values: false, limit: 5 }), ['', '']);
    await mine.write('other', [putChange('k', '')]);
    deepEqual(await pagesOf(mine, { limit: 1, label: 'z' }), []);
    // Names that JavaScript objects inherit.
    for (const label of ['constructor', '__proto__'])
      await mine.write(label, [{ type: 'put', key: 'k', value: '1', label }]);
    deepEqual(Object.entries(await theirs.counts('constructor')), [['constructor', 1]]);
    deepEqual(Object.entries(await theirs.counts('__proto__')), [['__proto__', 1]]);
    // Labels with names that a store may use for itself.
    for (const label of ['newest', 'constructor', '__proto__', ':label:x']) {
      await put(mine, label, '', { label });
      deepEqual(await keysOf(theirs, { label, limit: 5 }), [label]);
      deepEqual(await keysOf(theirs, { label, order: 'newest', limit: 5 }), [label]);
      equal(Object.entries(await theirs.counts(SPACE)).find(([name]) => name === label)?.[1], 1);
    }
  }),
  storeCase('lists records by the start of their keys', async (mine, theirs) => {
    const keys = ['a', 'a/', 'a/1', 'a/2', 'a/\u{10FFFF}', 'a0', 'b', '%', '%a', '_', '\\x', '\\'];
    for (const key of keys) await put(mine, key, '', { label: key.length > 2 ? 'long' : '' });
    for (const prefix of ['', 'a', 'a/', '%', '_', '\\', 'a/\u{10FFFF}', 'zz']) {
      const found = await keysOf(theirs, { prefix, limit: 100 });
      deepEqual([...found].sort(), keys.filter((key) => key.startsWith(prefix)).sort());
    }
    const after = (key: string) => keysOf(theirs, { prefix: 'a/', after: { key, at: 0 }, limit: 1 });
    deepEqual(await after('%'), ['a/']);
    deepEqual(await after('b'), []);
    deepEqual(await keysOf(theirs, { prefix: 'a/', keys: ['b', 'a/2', 'a/1', 'a/1'], limit: 9 }), [
      'a/1',
      'a/2',
    ]);
    const some = ['b', 'a/2', 'a', 'a/1'];
    deepEqual(await pagesOf(theirs, { keys: some, limit: 3 }), ['a', 'a/1', 'a/2', 'b']);
    deepEqual(await keysOf(theirs, { keys: some, label: 'long', limit: 9 }), ['a/1', 'a/2']);
    deepEqual(await pagesOf(theirs, { prefix: 'a/', label: 'long', limit: 1 }), [
      'a/1',
      'a/2',
      'a/\u{10FFFF}',
    ]);
  }),
  storeCase(
    'returns each lasting record once while other records are written and removed',
    async (mine, theirs) => {
      const lasting = Array.from({ length: 30 }, (_, number) => `k${String(number * 2).padStart(3, '0')}`);
      await mine.write(
        SPACE,
        lasting.map((key) => putChange(key, '')),
      );
      const reading = { isDone: false };
      const disturb = (async () => {
        for (let number = 1; !reading.isDone; number = (number + 2) % 60) {
          const key = `k${String(number).padStart(3, '0')}`;
          await mine.write(SPACE, [putChange(key, '')]);
          await mine.write(SPACE, [{ type: 'remove', key }]);
        }
      })();
      const found: string[] = [];
      for (const order of ['key', 'newest'] as const)
        found.push(...(await pagesOf(theirs, { order, limit: 4 })).filter((key) => lasting.includes(key)));
      reading.isDone = true;
      await disturb;
      deepEqual(found.slice(0, lasting.length), lasting);
      deepEqual(found.slice(lasting.length).sort(), lasting);
    },
  ),
  storeCase(
    'accepts names and counts up to their limits, and refuses larger ones with config',
    async (mine, theirs) => {
      const [key, label, space] = ['ä'.repeat(1000), 'ä'.repeat(50), 'ä'.repeat(100)];
      await mine.write(space, [{ type: 'put', key, value: '1', label, dueMs: 1 }]);
      deepEqual(await theirs.counts(space), { [label]: 1 });
      const [found] = await theirs.list(space, { label, order: 'newest', limit: 1 });
      deepEqual([found?.key, found?.label], [key, label]);
      const many = Array.from({ length: 1000 }, (_, number) => putChange(`${number}`, 'x'.repeat(100)));
      equal((await mine.write(SPACE, many))?.length, 1000);
      equal((await theirs.list(SPACE, { limit: 1000 })).length, 1000);
      const keys = many.map((change) => change.key);
      equal((await theirs.list(SPACE, { keys, limit: 1000 })).length, 1000);
      const isConfig = (error: unknown): boolean => LlmError.is(error, 'config');
      for (const refused of [
        () => mine.write(SPACE, [putChange(`${key}a`, '')]),
        () => mine.write(SPACE, [{ ...putChange('a', ''), label: `${label}a` }]),
        () => mine.write(`${space}a`, [putChange('a', '')]),
        () => mine.write(SPACE, []),
        () => mine.write(SPACE, [...many, putChange('a', '')]),
        () => mine.write(SPACE, [putChange('a', ''), { type: 'remove', key: 'a' }]),
        () => mine.write(SPACE, [{ ...putChange('a', ''), dueMs: Number.NaN }]),
        () => mine.write(SPACE, [putChange('a', '', -1)]),
        () => mine.list(SPACE, { limit: 0 }),
        () => mine.list(SPACE, { limit: 1001 }),
        () => mine.list(SPACE, { order: 'due', after: { key: 'a', at: 1 }, limit: 1 }),
        () => mine.list(SPACE, { order: 'due', label: 'x', limit: 1 }),
        () => mine.list(SPACE, { order: 'newest', prefix: 'a', limit: 1 }),
        () => mine.get(SPACE, `${key}a`),
      ])
        await rejects(refused, isConfig);
    },
  ),
  storeCase('finds records by the words of their texts', async (mine, theirs) => {
    if (mine.search === undefined) return;
    await put(mine, 'a', '1', { texts: ['The quick brown fox', 'Übermäßig große Freude'] });
    await put(mine, 'b', '2', { texts: ['A brown dog. "quoted" don\'t'] });
    await put(mine, 'c', '3', { texts: ['東京の天気は晴れです'] });
    await put(mine, 'd', '4');
    const find = async (words: string, limit = 10): Promise<readonly string[]> =>
      ((await theirs.search?.(SPACE, words, limit)) ?? []).map(({ key }) => key).sort();
    deepEqual(await find('BROWN'), ['a', 'b']);
    deepEqual(await find('bro qui'), ['a']);
    deepEqual(await find('quick freude'), []);
    deepEqual(await find('uber'), ['a']);
    deepEqual(await find('天気'), ['c']);
    deepEqual(await find(`"quoted" don't`), ['b']);
    for (const words of ['', '  ', '"', '*', '()', ' - ']) deepEqual(await find(words), []);
    equal((await find('brown', 1)).length, 1);
    const [hit] = (await theirs.search?.(SPACE, 'freude', 1)) ?? [];
    deepEqual([hit?.value, hit?.excerpt], ['1', 'Übermäßig große Freude']);
    await put(mine, 'a', '5', { texts: ['A slow fox'] });
    await touch(mine, 'a', { label: 'x' });
    deepEqual(await find('brown'), ['b']);
    deepEqual(await find('slow'), ['a']);
    await mine.write(SPACE, [{ type: 'remove', key: 'a' }]);
    deepEqual(await find('slow'), []);
    deepEqual(await mine.search('other', 'brown', 10), []);
    const long = `${'Much is said before. '.repeat(20)}The onion comes then, and ${'more '.repeat(50)}`;
    await put(mine, 'short', '1', { texts: ['onion'] });
    await nextMillisecond();
    await put(mine, 'long', '1', { texts: [long] });
    const onions = (await theirs.search?.(SPACE, 'onion', 10)) ?? [];
    // The best match comes first, although the other one is newer.
    deepEqual(
      onions.map(({ key }) => key),
      ['short', 'long'],
    );
  }),
  storeCase('notifies watchers of the changes of every process, until they stop', async (mine, theirs) => {
    if (theirs.watch === undefined) return;
    const seen = new Set<string | undefined>();
    const stop = await theirs.watch(SPACE, (key) => seen.add(key));
    // A store passes `undefined` if it may have missed changes.
    const hasSeen = (key: string) => () => Promise.resolve(seen.has(key) || seen.has(undefined));
    await put(mine, 'a', '1');
    await until(hasSeen('a'), 'the watcher is notified of a put');
    seen.clear();
    await touch(mine, 'a', { label: 'x' });
    await until(hasSeen('a'), 'the watcher is notified of a touch');
    seen.clear();
    await mine.write(SPACE, [{ type: 'remove', key: 'a' }]);
    await until(hasSeen('a'), 'the watcher is notified of a removal');
    await stop();
    seen.clear();
    await put(mine, 'b', '1');
    equal(seen.has('b'), false);
  }),
];
