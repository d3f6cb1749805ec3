import type { Usage } from '@majordomo/core';
import { expect, it } from 'vitest';
import { withBatchTier } from './batch-tier.ts';
import { catalog } from './catalog.ts';
import { costOf } from './cost.ts';
import { priceAt } from './price-at.ts';

const AT = new Date('2026-11-22T12:00:00Z');
const million: Usage = {
  input: 1_000_000,
  output: 1_000_000,
  cacheRead: 0,
  cacheWrite: 0,
  reasoning: undefined,
};

async function batchCost(vendor: string, id: string, usage: Usage = million): Promise<bigint | undefined> {
  const found = await catalog.find(vendor, id);
  return costOf(usage, found && priceAt(found.model, AT), { tier: 'batch' }).nanoUsd;
}

it.each([
  ['openai', 'gpt-4.1', 5_000_000_000n],
  ['anthropic', 'claude-haiku-4-5', 3_000_000_000n],
])('%s/%s has the batch price', async (vendor, id, nanoUsd) => {
  expect(await batchCost(vendor, id)).toBe(nanoUsd);
});

it('halves the cache rates of Claude, too', async () => {
  const cached = { ...million, output: 0, cacheRead: 1_000_000 };
  expect(await batchCost('anthropic', 'claude-haiku-4-5', cached)).toBe(50_000_000n);
});

it.each(['anthropic', 'google', 'groq', 'mistral', 'openai'])(
  'every priced model of %s has a batch tier',
  async (vendor) => {
    const prices = (await catalog.models(vendor)).flatMap((model) => priceAt(model, AT) ?? []);
    expect(prices.length).toBeGreaterThan(5);
    expect(prices.filter(({ tiers }) => tiers?.['batch'] === undefined)).toEqual([]);
  },
);

it('retains the tier of a data source, and adds none for other vendors', async () => {
  const found = await catalog.find('openai', 'gpt-4.1');
  const price = found && priceAt(found.model, AT);
  expect(price?.tiers?.['batch']).toEqual({ input: 1_000_000, output: 4_000_000 });
  const others = (await catalog.models('xai')).flatMap((model) => priceAt(model, AT)?.sources ?? []);
  expect(others).not.toContain('vendor rule');
});

it('applies the rule of each vendor to a price that two vendors share', () => {
  const rates = { input: 2, output: 4, cacheRead: 2 };
  const shared = { from: '2026-01-01', rates, sources: ['a'], trust: 'override' } as const;
  expect(withBatchTier('openai', shared).tiers).toEqual({ batch: { input: 1, output: 2 } });
  expect(withBatchTier('anthropic', shared).tiers).toEqual({ batch: { input: 1, output: 2, cacheRead: 1 } });
});

it('halves the rates of each context step', () => {
  const step = { inputTokens: 200_000, rates: { input: 5, output: 30 } };
  const price = {
    from: '2026-01-01',
    rates: { input: 2, output: 15 },
    above: [step],
    sources: ['a'],
    trust: 'single',
  } as const;
  expect(withBatchTier('google', price)).toMatchObject({
    tiers: { batch: { input: 1, output: 8 }, 'batch>200000': { input: 3, output: 15 } },
    sources: ['a', 'vendor rule'],
  });
});
