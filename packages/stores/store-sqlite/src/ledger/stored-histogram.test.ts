import { quantile, stepOf, type Histogram } from '@majordomo/core/toolkit';
import { expect, it } from 'vitest';
import { addBytes, withStep } from './stored-histogram.ts';

it('the stored bytes contain the added values in any order', () => {
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
