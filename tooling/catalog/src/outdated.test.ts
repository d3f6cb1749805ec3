import { describe, expect, it } from 'vitest';
import type { CatalogModel } from '@majordomo/catalog';
import { refresh } from './refresh.ts';
import type { Ruling } from './rulings.ts';

const DATES = {
  'models.dev': '2026-07-02',
  'genai-prices': '2026-09-11',
  litellm: '2026-08-06',
  'pi-ai': '2026-11-10',
};
const devModel = (input: number, output: number) => ({
  modalities: { input: ['text'], output: ['text'] },
  cost: { input, output },
});
const litellmModel = (input: number, output: number) => ({
  litellm_provider: 'openai',
  mode: 'chat',
  input_cost_per_token: input / 1e6,
  output_cost_per_token: output / 1e6,
  search_context_cost_per_query: { search_context_size_medium: 0.03 },
});
const piModel = (id: string, input: number, output: number) => ({
  id,
  type: 'chat',
  input: ['text'],
  cost: { input, output },
});

/** Runs a refresh in which two sources of summer state 1 and 2 USD, and pi-ai of November 3 and 6 USD. */
async function run(rulings: readonly Ruling[], known: readonly CatalogModel[] = []) {
  const { models, problems } = await refresh(
    {
      'models.dev': { date: DATES['models.dev'], json: { openai: { models: { m: devModel(1, 2) } } } },
      'genai-prices': { date: DATES['genai-prices'], json: [] },
      litellm: { date: DATES.litellm, json: { m: litellmModel(1, 2) } },
      'pi-ai': { date: DATES['pi-ai'], json: { 'openai.json': { api: { 'chat:m': piModel('m', 3, 6) } } } },
    },
    { date: '2026-08-01', models: async (vendor) => (vendor === 'openai' ? known : []) },
    rulings,
  );
  return { problems, model: models.find(({ id }) => id === 'm') };
}

const ruling = { vendor: 'openai', id: 'm', source: 'a reason' };

describe('sources that are more than 60 days older than the newest one', () => {
  it('require a ruling if they contradict it', async () => {
    const { problems } = await run([]);
    expect(problems).toEqual(['openai/m: models.dev and litellm contradict a newer source; add a ruling']);
  });

  it.each(['m', '*'])('are ignored, except for their fees, after a ruling on %s', async (id) => {
    const { problems, model } = await run([{ ...ruling, id, believe: 'newest' }]);
    expect(problems).toEqual([]);
    expect(model?.prices).toEqual([
      {
        from: '2020-01-01',
        rates: { input: 3_000_000, output: 6_000_000 },
        fees: { web_search: 30_000 },
        sources: ['pi-ai'],
        trust: 'single',
      },
    ]);
  });

  it('determine the price if a ruling selects one of them', async () => {
    const { problems, model } = await run([{ ...ruling, believe: 'litellm' }]);
    expect([problems, model?.prices[0]?.rates.input]).toEqual([[], 1_000_000]);
  });
});

describe('a ruling', () => {
  const price = (from: string, input: number) => ({
    from,
    rates: { input: input * 1e6, output: 6e6 },
    sources: ['older'],
    trust: 'single' as const,
  });
  const known = { vendor: 'openai', id: 'm', input: ['text'], output: ['text'] } as const;

  it('withdraws an announced period that never applied', async () => {
    const prices = [price('2026-01-01', 3), price('2026-09-01', 5)];
    const { model } = await run(
      [{ ...ruling, believe: 'newest', withdraw: ['2026-09-01'] }],
      [{ ...known, prices }],
    );
    expect(model?.prices.map(({ from, rates }) => [from, rates.input])).toEqual([['2026-01-01', 3_000_000]]);
  });

  it('adds fees that no source states to all ids with a prefix, without a new period', async () => {
    const prices = [price('2026-01-01', 3)];
    const fees = { web_search: 10_000, code: 5 };
    const { model } = await run(
      [
        { ...ruling, believe: 'newest' },
        { ...ruling, id: 'm*', fees },
      ],
      [{ ...known, prices }],
    );
    expect(model?.prices).toMatchObject([{ from: '2026-01-01', fees: { web_search: 30_000, code: 5 } }]);
  });

  it('sets the first day of a price and adds earlier periods', async () => {
    const { model } = await run([
      {
        ...ruling,
        believe: 'newest',
        facts: { retires: '2027-01-01', successor: 'n' },
        earlier: [{ from: '2026-09-28', until: '2026-10-07', rates: { input: 4_000_000 } }],
      },
    ]);
    expect(model).toMatchObject({ retires: '2027-01-01', successor: 'n' });
    expect(model?.prices.map(({ from, rates, trust }) => [from, rates.input, trust])).toEqual([
      ['2026-09-28', 4_000_000, 'override'],
      ['2026-10-07', 3_000_000, 'single'],
    ]);
  });
});
