import type { Usage, UsageDetails } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { expect, it } from 'vitest';
import { cacheEffect } from './cache-effect.ts';
import type { Price } from './contract.ts';
import { costOf } from './cost.ts';

const price: Price = {
  from: '2026-01-01',
  rates: {
    input: 3_000_000,
    output: 15_000_000,
    cacheRead: 300_000,
    cacheWrite: 3_750_000,
    cacheWriteLong: 6_000_000,
  },
  above: [
    {
      inputTokens: 200_000,
      rates: { input: 6_000_000, output: 22_500_000, cacheRead: 600_000, cacheWrite: 7_500_000 },
    },
  ],
  tiers: { batch: { input: 1_500_000, cacheRead: 150_000 } },
  sources: ['a'],
  trust: 'single',
};

const usageOf = (counts: Partial<Usage>, details?: UsageDetails): Usage => ({
  ...UNKNOWN_USAGE,
  input: 1000,
  output: 0,
  ...counts,
  ...(details && { details }),
});

it.each<readonly [what: string, usage: Usage, saved: bigint, extra: bigint]>([
  ['an attempt without cached tokens', usageOf({}), 0n, 0n],
  ['tokens read', usageOf({ cacheRead: 900 }), 2_430_000n, 0n],
  ['tokens written', usageOf({ cacheWrite: 900 }), 0n, 675_000n],
  [
    'tokens written to both caches',
    usageOf({ cacheWrite: 900 }, { cacheWriteLong: 400 }),
    0n,
    500n * 750n + 400n * 3000n,
  ],
  ['tokens read and written', usageOf({ cacheRead: 500, cacheWrite: 100 }), 1_350_000n, 75_000n],
  ['tokens above a context step', usageOf({ input: 300_000, cacheRead: 1000 }), 5_400_000n, 0n],
  ['tokens of a tier', usageOf({ cacheRead: 1000 }, { serviceTier: 'batch' }), 1_350_000n, 0n],
])('returns the effect of %s', (_what, usage, savedNanoUsd, extraNanoUsd) => {
  expect(cacheEffect(usage, price)).toEqual({ savedNanoUsd, extraNanoUsd });
});

it('prefers the tier of the options over the tier of the usage', () => {
  const usage = usageOf({ cacheRead: 1000 }, { serviceTier: 'unknown' });
  expect(cacheEffect(usage, price)).toBeUndefined();
  expect(cacheEffect(usage, price, { tier: 'batch' })?.savedNanoUsd).toBe(1_350_000n);
});

it.each<readonly [what: string, usage: Usage | undefined, price: Price | undefined]>([
  ['without usage', undefined, price],
  ['without a count of input', usageOf({ input: undefined, cacheRead: 5 }), price],
  ['without a price', usageOf({ cacheRead: 5 }), undefined],
  ['without a rate of a portion', usageOf({ cacheRead: 5 }), { ...price, rates: { input: 1, output: 1 } }],
  ['with an invalid count', usageOf({ cacheRead: 0.5 }), price],
  ['with a tier without rates', usageOf({ cacheRead: 5 }, { serviceTier: 'flex' }), price],
])('returns undefined %s', (_what, usage, at) => {
  expect(cacheEffect(usage, at)).toBeUndefined();
});

it('needs no rate for a kind of token that was not used', () => {
  const plain: Price = { ...price, rates: { input: 1_000_000, output: 1 } };
  expect(cacheEffect(usageOf({ cacheRead: 0 }), plain)).toEqual({ savedNanoUsd: 0n, extraNanoUsd: 0n });
});

it('rounds half a nano-USD away from 0', () => {
  const odd: Price = { ...price, rates: { input: 1500, output: 1, cacheRead: 0, cacheWrite: 2999 } };
  expect(cacheEffect(usageOf({ cacheRead: 1, cacheWrite: 1 }), odd)).toEqual({
    savedNanoUsd: 2n,
    extraNanoUsd: 1n,
  });
});

it('is negative for reads that cost more than plain input', () => {
  const odd: Price = { ...price, rates: { input: 1000, output: 1, cacheRead: 3000 } };
  expect(cacheEffect(usageOf({ cacheRead: 7 }), odd)?.savedNanoUsd).toBe(-14n);
});

it('explains the difference between the cost with and without the cache exactly', () => {
  const usage = usageOf({ input: 9_007_199, cacheRead: 7_000_001, cacheWrite: 1_000_003 });
  const { above: _steps, ...flat } = price;
  const effect = cacheEffect(usage, flat);
  const plain = costOf(usageOf({ input: 9_007_199 }), flat).nanoUsd ?? 0n;
  expect((effect?.extraNanoUsd ?? 0n) - (effect?.savedNanoUsd ?? 0n)).toBe(
    (costOf(usage, flat).nanoUsd ?? 0n) - plain,
  );
});
