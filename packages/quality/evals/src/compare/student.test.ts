import { expect, test } from 'vitest';
import { studentT } from './student.ts';

/** Published quantiles (NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2). */
test.each([
  [1, 6.314, 12.706],
  [2, 2.92, 4.303],
  [3, 2.353, 3.182],
  [4, 2.132, 2.776],
  [5, 2.015, 2.571],
  [6, 1.943, 2.447],
  [10, 1.812, 2.228],
  [30, 1.697, 2.042],
  [100, 1.66, 1.984],
  [1000, 1.646, 1.962],
])('studentT of %i degrees of freedom is %d, and %d for two sides', (freedom, low, high) => {
  expect(Math.abs(studentT(0.95, freedom) - low)).toBeLessThan(0.001);
  expect(Math.abs(studentT(0.975, freedom) - high)).toBeLessThan(0.001);
});

test('studentT between two degrees of freedom is never below the quantile, and infinite below 1', () => {
  // The exact quantile of 97.5 % for 1.5 degrees of freedom is about 6.2.
  expect(studentT(0.975, 1.5)).toBeGreaterThan(6.2);
  expect(studentT(0.975, 1.5)).toBeLessThan(12.706);
  expect(studentT(0.975, 0.5)).toBe(Infinity);
});
