import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalog, costOf, priceAt, type Price } from '../src/index.ts';
import { refreshed } from '../src/refresh.ts';
import { baseOf } from './support/sources.ts';

const NOVEMBER = new Date('2026-11-20');

async function price(vendor: string, id: string, at = NOVEMBER): Promise<Price | undefined> {
  const found = await catalog.find(vendor, id);
  return found && priceAt(found.model, at);
}

describe('the snapshot of November 2026', () => {
  it.each([
    ['anthropic', 'claude-opus-5-5', [4, 20, 0.2, 5, 8], undefined],
    ['anthropic', 'claude-sonnet-5-5', [2, 10, 0.1, 2.5, 4], undefined],
    ['anthropic', 'claude-haiku-5-5', [0.1, 0.5, 0.01, 0.125, 0.2], [100_000, 0.5, 2.5, 0.05, 0.625, 1]],
    ['anthropic', 'claude-sonnet-5', [2, 10, 0.2, 2.5, 4], undefined],
    ['openai', 'gpt-6-sol', [2, 10, 0.2, 2.5], [272_000, 4, 15, 0.4, 5]],
    ['openai', 'gpt-6.1-terra', [1, 5, 0.05, 1.25], [272_000, 2, 7.5, 0.1, 2.5]],
    ['openai', 'gpt-5.6-sol', [4, 20, 0.4, 5], [272_000, 8, 30, 0.8, 10]],
    ['google', 'gemini-3.8-flash', [0.75, 3.75, 0.075], undefined],
    ['google', 'gemini-4-argon', [2, 10, 0.1], undefined],
    ['xai', 'grok-4.7', [2, 6, 0.5], [200_000, 4, 12, 1]],
  ])('has the price of %s/%s', async (vendor, id, rates, above) => {
    const usd = ({ input, output, cacheRead, cacheWrite, cacheWriteLong }: Price['rates']) =>
      [input, output, cacheRead, cacheWrite, cacheWriteLong].flatMap((rate) =>
        rate === undefined ? [] : [rate / 1e6],
      );
    const found = await price(vendor, id);
    expect(found && usd(found.rates)).toEqual(rates);
    const [step] = found?.above ?? [];
    expect(step && [step.inputTokens, ...usd(step.rates)]).toEqual(above);
  });

  it('has the cache rate of claude-sonnet-5-5 before its reduction', async () => {
    expect((await price('anthropic', 'claude-sonnet-5-5', new Date('2026-10-01')))?.rates.cacheRead).toBe(
      200_000,
    );
  });

  it.each([
    ['openai', 'gpt-5.4', 10_000n],
    ['openai', 'gpt-4o', 10_000n],
    ['openai', 'gpt-6-sol', 10_000n],
    ['azure', 'gpt-5.4', 10_000n],
    ['anthropic', 'claude-haiku-4-5', 10_000n],
    ['anthropic', 'claude-haiku-4-5-20251001', 10_000n],
    ['anthropic', 'claude-opus-5-5', 10_000n],
    ['google', 'gemini-3.8-flash', 14_000n],
    ['google', 'gemini-2.5-pro', 35_000n],
  ])('has a fee for the web searches of %s/%s', async (vendor, id, microUsd) => {
    const usage = { input: 0, output: 0, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
    const cost = costOf({ ...usage, details: { serverTools: { web_search: 2 } } }, await price(vendor, id));
    expect(cost.nanoUsd).toBe(2n * microUsd * 1000n);
  });

  it('has corrected prices of older models', async () => {
    expect((await price('anthropic', 'claude-3-opus-20240229'))?.rates.cacheWriteLong).toBe(30_000_000);
    expect((await price('google', 'gemini-2.5-pro'))?.tiers?.['priority']).toBeUndefined();
    for (const id of ['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'])
      expect((await price('anthropic', id))?.above?.[0]?.inputTokens).toBe(200_000);
  });

  it.each([
    ['anthropic', 'claude-sonnet-4-5', '2026-11-30', 'claude-sonnet-5-5'],
    ['openai', 'gpt-5-mini', '2026-12-11', 'gpt-6.1-terra'],
    ['openai', 'gpt-4o', '2027-01-14', 'gpt-6-luna'],
  ])('has the retirement of %s/%s with its successor', async (vendor, id, retires, successor) => {
    expect((await catalog.find(vendor, id))?.model).toMatchObject({ retires, successor });
  });
});

it('ships the snapshot as a document that `refreshed` accepts', async () => {
  const path = join(import.meta.dirname, '../dist/catalog.json');
  expect(existsSync(path), 'build first').toBe(true);
  const data = JSON.parse(readFileSync(path, 'utf8')) as { format: string; date: string };
  expect([data.format, data.date]).toEqual(['majordomo-catalog/1', catalog.date]);
  expect(catalog.date >= '2026-11-10').toBe(true);
  const from = { name: 'catalog.json', load: async () => ({ data }) };
  const copy = await refreshed({ from, base: baseOf(), vendors: catalog.vendors });
  copy.close();
  expect(await copy.models('anthropic')).toEqual(await catalog.models('anthropic'));
});
