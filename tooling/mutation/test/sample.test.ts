import { expect, it } from 'vitest';
import { sampleOf } from '../src/sample.ts';

const list = Array.from({ length: 100 }, (_, at) => at);

it('draws the same for the same seed, another for another, in order and without repetition', () => {
  const drawn = sampleOf(list, 10, 1);
  expect(sampleOf(list, 10, 1)).toEqual(drawn);
  expect(sampleOf(list, 10, 2)).not.toEqual(drawn);
  expect(drawn).toEqual([...new Set(drawn)].toSorted((a, b) => a - b));
  expect(drawn).toHaveLength(10);
  expect(sampleOf(list, 500, 1)).toEqual(list);
});
