import { expect, it } from 'vitest';
import { addBytes, quantile, stepOf, withStep, type Histogram } from './quantile-histogram.ts';

it('a duration is within 5 %, from one millisecond to a week', () => {
  for (let ms = 1; ms < 604_800_000; ms = Math.ceil(ms * 1.003)) {
    const estimate = quantile(new Map([[stepOf(ms), 1]]), 0.5);
    expect(Math.abs(estimate - ms) / ms, `${ms} ms`).toBeLessThanOrEqual(0.05);
  }
});

it('bytes hold what was added, in any order', () => {
  const durations = [5, 900, 5, 0, 60, 900, 900];
  const bytes = durations.reduce<Uint8Array | undefined>((all, ms) => withStep(all, stepOf(ms)), undefined);
  const histogram: Histogram = new Map();
  addBytes(histogram, bytes!);
  addBytes(histogram, bytes!);
  expect([...histogram.values()].reduce((sum, count) => sum + count)).toBe(14);
  expect([quantile(histogram, 0), quantile(histogram, 2 / 7), quantile(histogram, 4 / 7)]).toEqual([
    0, 5, 60,
  ]);
});

it('nothing has no quantile', () => {
  expect(quantile(new Map(), 0.5)).toBe(0);
});
