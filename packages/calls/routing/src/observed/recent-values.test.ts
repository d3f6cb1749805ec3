import { expect, it } from 'vitest';
import { RecentValues } from './recent-values.ts';

const HALF_LIFE_MS = 600_000;
const valuesOf = (...entries: readonly (readonly [value: number, at: number])[]): RecentValues => {
  const values = new RecentValues();
  for (const [value, at] of entries) values.add(value, at);
  return values;
};

it('is unknown before the first measurement', () => {
  expect(new RecentValues().at(0)).toBeUndefined();
});

it('returns the median and the number of fresh measurements', () => {
  expect(valuesOf([9, 0], [1, 0], [5, 0]).at(0)).toEqual({ median: 5, weight: 3 });
  expect(valuesOf([9, 0], [10, 0]).at(0)).toEqual({ median: 9, weight: 2 });
});

it('halves the weight of a measurement every ten minutes', () => {
  expect(valuesOf([1, 0]).at(HALF_LIFE_MS)).toEqual({ median: 1, weight: 0.5 });
  expect(valuesOf([1, 0], [1, 0], [9, HALF_LIFE_MS]).at(HALF_LIFE_MS)).toEqual({ median: 1, weight: 2 });
  expect(valuesOf([1, 0], [1, 0], [9, 2 * HALF_LIFE_MS]).at(2 * HALF_LIFE_MS)).toEqual({
    median: 9,
    weight: 1.5,
  });
});

it('counts a measurement of the future as fresh', () => {
  expect(valuesOf([1, HALF_LIFE_MS]).at(0)).toEqual({ median: 1, weight: 1 });
});

it('remembers the latest 32 measurements', () => {
  const values = valuesOf(...Array.from({ length: 40 }, (_, at) => [at, 0] as const));
  expect(values.at(0)).toEqual({ median: 23, weight: 32 });
});
