import { expect, it } from 'vitest';
import { PrefixTrie, type CachedInput, type PromptBlock } from './prefix-trie.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Returns blocks of 100 tokens each, with the lifetimes of marks by block. */
const blocks = (
  count: number,
  markLifetimes: Readonly<Record<number, number>>,
  prefix = '',
): readonly PromptBlock[] =>
  Array.from({ length: count }, (_, at) => ({
    text: `${prefix}${at}`,
    tokens: 100,
    markMs: markLifetimes[at],
  }));

const trie = (minTokens = 100, lookBack = 20): PrefixTrie => new PrefixTrie({ minTokens, lookBack });

const counts = ({ input, read, written: writtenTokens }: CachedInput): readonly unknown[] => [
  input,
  read,
  Object.fromEntries(writtenTokens),
];

it('writes up to a mark and reads it in the next request', () => {
  const cache = trie();
  expect(counts(cache.request(blocks(3, { 1: MINUTE }), 0))).toEqual([300, 0, { [MINUTE]: 200 }]);
  expect(counts(cache.request(blocks(4, { 3: MINUTE }), 1))).toEqual([400, 200, { [MINUTE]: 200 }]);
  expect(counts(cache.request(blocks(4, { 3: MINUTE }), 2))).toEqual([400, 400, {}]);
});

it('neither reads nor writes without a mark', () => {
  const cache = trie();
  cache.request(blocks(3, { 2: MINUTE }), 0);
  expect(counts(cache.request(blocks(3, {}), 1))).toEqual([300, 0, {}]);
});

it('does not read a prefix with a different first block', () => {
  const cache = trie();
  cache.request(blocks(3, { 2: MINUTE }), 0);
  expect(counts(cache.request(blocks(3, { 2: MINUTE }, 'other'), 1))[1]).toBe(0);
});

it('finds an entry 20 blocks before a mark, and no entry 21 blocks before it', () => {
  for (const [count, read] of [
    [21, 100],
    [22, 0],
  ] as const) {
    const cache = trie();
    cache.request(blocks(1, { 0: MINUTE }), 0);
    expect(counts(cache.request(blocks(count, { [count - 1]: MINUTE }), 1))[1]).toBe(read);
  }
});

it('forgets an entry at the end of its lifetime, which a read renews', () => {
  const cache = trie();
  const same = blocks(2, { 1: MINUTE });
  cache.request(same, 0);
  expect(cache.request(same, MINUTE - 1).read).toBe(200);
  expect(cache.request(same, 2 * MINUTE - 2).read).toBe(200);
  expect(counts(cache.request(same, 3 * MINUTE - 2))).toEqual([200, 0, { [MINUTE]: 200 }]);
});

it('does not cache a prefix below the minimum', () => {
  const cache = trie(250);
  expect(counts(cache.request(blocks(2, { 1: MINUTE }), 0))).toEqual([200, 0, {}]);
  expect(counts(cache.request(blocks(3, { 0: HOUR, 2: MINUTE }), 1))).toEqual([300, 0, { [MINUTE]: 300 }]);
});

it('counts each written part at the lifetime of its mark', () => {
  expect(counts(trie().request(blocks(4, { 0: HOUR, 3: MINUTE }), 0))).toEqual([
    400,
    0,
    { [HOUR]: 100, [MINUTE]: 300 },
  ]);
});
