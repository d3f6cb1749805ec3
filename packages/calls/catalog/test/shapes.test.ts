import { describe, expect, it } from 'vitest';
import { catalog as shipped } from '../src/catalog.ts';
import { priceAt } from '../src/price-at.ts';
import { catalogDocument, refreshed } from '../src/refresh.ts';
import { baseOf, modelOf, priceOf, settableSource } from './support/sources.ts';

const facts = { modalities: { input: ['text'], output: ['text'] } };
const claude = { input: 4, output: 20, cache_read: 0, cache_write: 5 };

const MODELS_DEV = {
  openai: { id: 'openai', models: { new: { ...facts, cost: { input: 3, output: 9, cache_read: 0 } } } },
  anthropic: { id: 'anthropic', models: { 'claude-opus-5-5': { ...facts, cost: claude } } },
};
const LITELLM = {
  new: {
    litellm_provider: 'openai',
    mode: 'chat',
    input_cost_per_token: 3e-6,
    output_cost_per_token: 9e-6,
    cache_read_input_token_cost: 0,
  },
  'claude-opus-5-5': {
    litellm_provider: 'anthropic',
    mode: 'chat',
    input_cost_per_token: 4e-6,
    output_cost_per_token: 2e-5,
    cache_creation_input_token_cost: 5e-6,
  },
};
const genai = (id: string, prices: object) => ({ id, match: { equals: id }, prices });
const GENAI = [
  { id: 'openai', models: [genai('new', { input_mtok: 3, output_mtok: 9 })] },
  {
    id: 'anthropic',
    models: [genai('claude-opus-5-5', { input_mtok: 4, output_mtok: 20, cache_write_mtok: 5 })],
  },
];
const chat = (id: string, cost: object) => ({
  id,
  type: 'chat',
  input: ['text', 'image'],
  contextWindow: 1000,
  cost,
});
const PI_AI = {
  '.manifest.json': { schemaVersion: 6, generatedAt: '2026-11-10T12:05:37.628Z' },
  'openai.json': {
    'openai-responses': {
      'chat:new': chat('new', { input: 3, output: 9, cacheRead: 0, cacheWrite: 0 }),
      'classifier:judge': { ...chat('judge', { input: 1, output: 1 }), type: 'classifier' },
      'chat:free': chat('free', { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }),
    },
  },
  'anthropic.json': {
    'anthropic-messages': {
      'chat:claude-opus-5-5': chat('claude-opus-5-5', { input: 4, output: 20, cacheRead: 0, cacheWrite: 5 }),
    },
  },
};

describe.each([
  ['models.dev', MODELS_DEV],
  ['LiteLLM', LITELLM],
  ['genai-prices', GENAI],
  ['pi-ai', PI_AI],
])('data in the format of %s', (_, data) => {
  const source = { name: 'prices', load: async () => ({ data, date: '2026-11-10' }) };
  const base = baseOf(modelOf('known', priceOf(1, 1)));

  it('results in prices of trust single with the name of the source', async () => {
    const catalog = await refreshed({ from: source, base });
    catalog.close();
    const found = await catalog.find('openai', 'new');
    expect(found && priceAt(found.model, new Date('2026-11-10'))).toMatchObject({
      from: '2026-11-10',
      rates: { input: 3_000_000, output: 9_000_000 },
      sources: ['prices', 'vendor rule'],
      trust: 'single',
    });
    expect(catalog.sources).toEqual([{ name: 'prices', date: '2026-11-10', licence: 'MIT' }]);
    expect(await catalog.find('openai', 'judge')).toBeUndefined();
    expect((await catalog.find('openai', 'free'))?.model.prices ?? []).toEqual([]);
  });

  it('results in a rate for writes of one hour for Claude models', async () => {
    const catalog = await refreshed({ from: source, base });
    catalog.close();
    const price = (await catalog.find('anthropic', 'claude-opus-5-5'))?.model.prices[0];
    expect(price?.rates).toMatchObject({ cacheWrite: 5_000_000, cacheWriteLong: 8_000_000 });
  });

  it('confirms an equal price and leaves it unchanged', async () => {
    const price = priceOf(3, 9, {
      tiers: { batch: { input: 1, output: 2 } },
      sources: ['older'],
      trust: 'single',
    });
    const catalog = await refreshed({ from: source, base: baseOf(modelOf('new', price)) });
    catalog.close();
    expect((await catalog.find('openai', 'new'))?.model.prices).toEqual([
      { ...price, sources: ['older', 'prices'], trust: 'agreed' },
    ]);
  });

  it('is read for the selected vendors only', async () => {
    const catalog = await refreshed({ from: source, base, vendors: ['anthropic'] });
    catalog.close();
    expect(await catalog.find('openai', 'new')).toBeUndefined();
  });
});

it('refuses a price of 0 for a model with a price, and adds no free model', async () => {
  const model = (cost: object) => ({ ...facts, cost });
  const data = {
    openai: { models: { known: model({ input: 0, output: 0 }), new: model({ input: 0, output: 0 }) } },
  };
  const events: unknown[] = [];
  const catalog = await refreshed({
    from: { name: 'prices', load: async () => ({ data, date: '2026-11-10' }) },
    base: baseOf(modelOf('known', priceOf(1, 1))),
    onEvent: (event) => events.push(event),
  });
  catalog.close();
  expect(events).toMatchObject([
    { changes: [{ id: 'known', refused: 'input is 0, and was above 0' }, { id: 'new' }] },
  ]);
  expect((await catalog.find('openai', 'known'))?.model.prices).toEqual([priceOf(1, 1)]);
  expect((await catalog.find('openai', 'new'))?.model.prices).toEqual([]);
});

it('reads no price from a negative rate', async () => {
  const data = { openai: { models: { known: { ...facts, cost: { input: -1, output: 1 } } } } };
  const catalog = await refreshed({
    from: { name: 'prices', load: async () => ({ data, date: '2026-11-10' }) },
    base: baseOf(modelOf('known', priceOf(1, 1))),
  });
  catalog.close();
  expect((await catalog.find('openai', 'known'))?.model.prices).toEqual([priceOf(1, 1)]);
});

it('accepts the shipped document over an older catalog', async () => {
  const document = await catalogDocument(shipped);
  const base = baseOf(modelOf('known', priceOf(1, 1)));
  const catalog = await refreshed({ from: settableSource(document), base, vendors: shipped.vendors });
  catalog.close();
  expect(catalog.date).toBe(shipped.date);
  expect(await catalog.find('openai', 'gpt-6-sol')).toEqual(await shipped.find('openai', 'gpt-6-sol'));
  expect((await catalog.models('openai')).length).toBe((await shipped.models('openai')).length + 1);
});
