import { describe, expect, test } from 'vitest';
import {
  holm,
  kappa,
  permutationTest,
  relativeChange,
  scoreDifference,
  trialsNeeded,
  wilson,
  type Pair,
} from './statistics.ts';

const pair = (before: readonly number[], after: readonly number[], isChanged = true): Pair => ({
  before,
  after,
  isChanged,
});
const repeat = (count: number, value: Pair): readonly Pair[] => Array.from({ length: count }, () => value);

const loss = pair([1], [0]);
const win = pair([0], [1]);
const tie = pair([1], [1]);

describe('permutationTest', () => {
  test.each([
    ['9 losses and 1 win of 40', [...repeat(9, loss), win, ...repeat(30, tie)], 11 / 1024],
    ['5 losses of 5', repeat(5, loss), 1 / 32],
    ['1 win of 1', [win], 1],
    ['no difference', repeat(20, tie), 1],
    // One of the three choices of a trial is as bad as the observed one.
    ['unequal trials', [pair([1, 1], [0])], 1 / 3],
  ])('returns the exact probability of %s', (_name, pairs, expected) => {
    expect(permutationTest(pairs, 99_999)).toBeCloseTo(expected, 2);
  });

  test('returns the same value for the same pairs', () => {
    const pairs = [...repeat(3, loss), win];
    expect(permutationTest(pairs, 999)).toBe(permutationTest(pairs, 999));
  });

  test('omits unchanged cases', () => {
    expect(permutationTest([...repeat(5, pair([1], [0], false))], 999)).toBe(1);
  });
});

test('holm multiplies by the number of remaining values and is monotone', () => {
  expect(holm([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
});

describe('scoreDifference', () => {
  test('is not certain without a difference', () => {
    const { difference, interval } = scoreDifference(repeat(10, tie));
    expect(difference).toBe(0);
    expect(interval?.[0]).toBeLessThan(-0.05);
    expect(scoreDifference(repeat(100, tie)).interval?.[0]).toBeGreaterThan(-0.05);
  });

  test('is symmetric', () => {
    const [low, high] = scoreDifference(repeat(30, tie)).interval ?? [0, 0];
    expect(low).toBeCloseTo(-high, 12);
  });

  test('is narrower with more trials', () => {
    const one = scoreDifference(repeat(30, tie)).interval?.[0] ?? 0;
    const three = scoreDifference(repeat(30, pair([1, 1, 1], [1, 1, 1]))).interval?.[0] ?? 0;
    expect(three).toBeCloseTo(one / 3, 12);
  });

  test('shrinks by the share of changed cases', () => {
    const changed = repeat(10, loss);
    const all = scoreDifference(changed);
    const half = scoreDifference([...changed, ...repeat(10, pair([1], [1], false))]);
    expect(half.difference).toBeCloseTo(all.difference / 2, 12);
    expect(half.interval?.[0]).toBeCloseTo((all.interval?.[0] ?? 0) / 2, 12);
  });

  test('is exactly 0 if nothing changed', () => {
    expect(scoreDifference(repeat(3, pair([1], [1], false)))).toEqual({ difference: 0, interval: [0, 0] });
  });
});

describe('relativeChange', () => {
  test('compares totals', () => {
    const { difference, interval } = relativeChange([pair([10], [20]), pair([30], [60]), pair([5], [10])]);
    expect(difference).toBeCloseTo(1, 12);
    expect(interval?.[0]).toBeCloseTo(1, 9);
  });

  test('returns the interval of the logarithm of the ratio, with the error of a jackknife', () => {
    // Without one of the cases, the ratios are 1.1 and 0.9.
    const error = (Math.log(1.1) - Math.log(0.9)) / 2;
    const { interval } = relativeChange([pair([10], [9]), pair([10], [11])]);
    expect(interval?.[0]).toBeCloseTo(Math.exp(-6.3138 * error) - 1, 9);
    expect(interval?.[1]).toBeCloseTo(Math.exp(6.3138 * error) - 1, 9);
  });

  test('has an interval for a cost that became 0, and none if a single case has all costs', () => {
    expect(relativeChange([pair([1], [0]), pair([2], [0])])).toEqual({ difference: -1, interval: [-1, -1] });
    expect(relativeChange([pair([1], [2]), pair([0], [0])]).interval).toBeUndefined();
  });

  test('has no interval for a single changed case', () => {
    expect(relativeChange([pair([1], [2])])).toEqual({ difference: 1, interval: undefined });
  });
});

test('trialsNeeded returns more trials for a smaller margin, and undefined above 100', () => {
  const pairs = [...repeat(20, tie), ...repeat(2, loss), ...repeat(2, win)];
  const wide = trialsNeeded(pairs, 0.1);
  const narrow = trialsNeeded(pairs, 0.05);
  expect(wide).toBeGreaterThan(1);
  expect(narrow).toBeGreaterThan(wide ?? Infinity);
  expect(trialsNeeded(pairs, 0.001)).toBeUndefined();
});

test('wilson returns an interval from 0 to 1', () => {
  for (let total = 1; total <= 200; total++) {
    expect(wilson(total, total)[1]).toBeLessThanOrEqual(1);
    expect(wilson(0, total)[0]).toBeGreaterThanOrEqual(0);
  }
});

test('wilson and kappa return the known values for 32 equal ratings of 40', () => {
  const [low, high] = wilson(32, 40);
  expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.6524', '0.8950']);
  const equal = [...Array<boolean>(16).fill(true), ...Array<boolean>(16).fill(false)];
  const rows = equal.map((label): [boolean, boolean] => [label, label]);
  for (let at = 0; at < 4; at++) rows.push([true, false], [false, true]);
  expect(kappa(rows)).toBeCloseTo(0.6, 12);
  expect(
    kappa([
      [true, true],
      [true, true],
    ]),
  ).toBeUndefined();
});
