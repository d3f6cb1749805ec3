import { expect, it } from 'vitest';
import { choose, type RingSettings } from './strategy.ts';

/** Keys as `name: calls in progress, uses`. */
const keysOf = (...list: readonly [inUse: number, uses: number][]) =>
  list.map(([inUse, uses], at) => ({ name: `k${at + 1}`, inUse, uses }));

const FREE = keysOf([0, 0], [0, 0], [0, 0]);

it.each<[RingSettings['strategy'], number, number, ReturnType<typeof keysOf>, number, string]>([
  ['fill-first', Infinity, 0, FREE, 1, 'k1'],
  ['fill-first', Infinity, 0, keysOf([9, 9], [0, 0]), 0, 'k1'],
  ['fill-first', 1, 0, keysOf([1, 0], [0, 9]), -1, 'k2'],
  ['fill-first', 2, 0, keysOf([1, 0], [0, 9]), -1, 'k1'],
  ['fill-first', 1, 0, keysOf([3, 0], [2, 0], [2, 0]), -1, 'k2'],
  ['least-used', 1, 0, keysOf([0, 2], [0, 1], [0, 1]), -1, 'k2'],
  ['least-used', 1, 0, keysOf([0, 2], [1, 1], [0, 1]), -1, 'k3'],
  ['round-robin', Infinity, 0, FREE, -1, 'k1'],
  ['round-robin', Infinity, 0, FREE, 0, 'k2'],
  ['round-robin', Infinity, 0, FREE, 2, 'k1'],
  ['round-robin', 1, 0, keysOf([0, 0], [1, 0], [0, 0]), 0, 'k3'],
  ['random', Infinity, 0, FREE, -1, 'k1'],
  ['random', Infinity, 0.34, FREE, -1, 'k2'],
  ['random', Infinity, 0.99, FREE, -1, 'k3'],
  ['random', Infinity, 1, FREE, -1, 'k1'],
])('%s with a lease of %d and the random number %d among %j after key %i selects %s', (...row) => {
  const [strategy, lease, random, all, last, expected] = row;
  expect(choose(all, { strategy, lease, random: () => random, last, all })?.name).toBe(expected);
});

it('selects no key if none is usable', () => {
  const settings = { lease: 1, random: () => 0, last: -1, all: FREE };
  for (const strategy of ['fill-first', 'least-used', 'round-robin', 'random'] as const)
    expect(choose([], { ...settings, strategy })).toBeUndefined();
});

it('continues a round with the next usable key', () => {
  const [, , third] = FREE;
  const settings = { lease: 1, random: () => 0, last: 0, all: FREE };
  expect(choose(third === undefined ? [] : [third], { ...settings, strategy: 'round-robin' })).toBe(third);
});
