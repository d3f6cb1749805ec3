import { expect, it } from 'vitest';
import { quantile, stepOf } from './time.ts';

it('a duration is within 5 %, from one millisecond to a week', () => {
  for (let ms = 1; ms < 604_800_000; ms = Math.ceil(ms * 1.003)) {
    const estimate = quantile(new Map([[stepOf(ms), 1]]), 0.5) ?? 0;
    expect(Math.abs(estimate - ms) / ms, `${ms} ms`).toBeLessThanOrEqual(0.05);
  }
});

it('an empty histogram has no quantile', () => {
  expect(quantile(new Map(), 0.5)).toBe(undefined);
});
