import { expect, it } from 'vitest';
import { addNewest, setNewest } from './set-newest.ts';

it('removes the entry that was not set for the longest time', () => {
  const map = new Map<string, number>();
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['c', 4],
  ] as const)
    setNewest(map, key, value, 2);
  expect([...map]).toEqual([
    ['a', 3],
    ['c', 4],
  ]);
});

it('removes the value that was not added for the longest time', () => {
  const set = new Set<string>();
  for (const value of ['a', 'b', 'a', 'c']) addNewest(set, value, 2);
  expect([...set]).toEqual(['a', 'c']);
});
