import { expect, test } from 'vitest';
import { median, medianExcess, medianRatio, quantile, seeded, shuffled } from '../src/measure/statistics.mjs';

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('the median and the ratio of no values are NaN', () => {
  expect(median([])).toBeNaN();
  expect(medianRatio(undefined, [1])).toBeNaN();
  expect(medianExcess([1], undefined)).toBeNaN();
});

test('quantiles are interpolated', () => {
  expect(quantile([10, 20, 30], 0.1)).toBeCloseTo(12);
});

test('ratios and differences are taken within rounds', () => {
  expect(medianRatio([2, 20, 200], [1, 10, 100])).toBe(2);
  expect(medianExcess([3, 12, 101], [1, 10, 100])).toBe(2);
});

test('the same seed gives the same orders, which change from round to round', () => {
  const orders = (seed) => {
    const random = seeded(seed);
    return Array.from({ length: 5 }, () => shuffled([1, 2, 3, 4, 5, 6], random).join(''));
  };
  expect(orders(1)).toEqual(orders(1));
  expect(orders(1)).not.toEqual(orders(2));
  expect(new Set(orders(1)).size).toBe(5);
});

test('every position is equally likely', () => {
  const random = seeded(7);
  const first = { a: 0, b: 0, c: 0 };
  for (let n = 0; n < 3000; n++) first[shuffled(['a', 'b', 'c'], random)[0]]++;
  for (const count of Object.values(first)) expect(Math.abs(count - 1000)).toBeLessThan(100);
});
