import { describe, expect, it } from 'vitest';
import type { CatalogModel } from '@majordomo/catalog';
import type { SourceName } from '../../../packages/calls/catalog/src/refresh/offer.ts';
import { refresh, type Before, type Refreshed } from './refresh.ts';
import type { Ruling } from './rulings.ts';
import type { Taken } from './sources.ts';

interface RefreshInput {
  readonly modelsDev?: object;
  readonly genai?: readonly object[];
  readonly litellm?: object;
  readonly piAi?: object;
  readonly before?: readonly CatalogModel[];
  readonly rulings?: readonly Ruling[];
  /** Date of all sources, or dates of some of them. */
  readonly date?: string;
  readonly dates?: Readonly<Partial<Record<SourceName, string>>>;
}

const LITELLM = { litellm_provider: 'openai', mode: 'chat' };
/** Facts of a model in the format of models.dev, without a price. */
const FACTS = {
  modalities: { input: ['text'], output: ['text'] },
  release_date: '2026-01-05',
  tool_call: true,
};
const cost = (input: number, output: number, more: object = {}): object => ({
  ...FACTS,
  cost: { input, output, ...more },
});

/** Returns the models of openai after a refresh. */
async function refreshed({
  modelsDev = {},
  genai = [],
  litellm = {},
  piAi = {},
  before = [],
  rulings = [],
  date = '2026-07-02',
  dates = {},
}: RefreshInput): Promise<Refreshed> {
  const taken = (name: SourceName, json: unknown): Taken => ({ json, date: dates[name] ?? date });
  const sources: Record<SourceName, Taken> = {
    'models.dev': taken('models.dev', { openai: { models: modelsDev } }),
    'genai-prices': taken('genai-prices', [{ id: 'openai', models: genai }]),
    litellm: taken('litellm', litellm),
    'pi-ai': taken('pi-ai', piAi),
  };
  const past: Before = {
    date: '2026-06-01',
    models: async (vendor) => (vendor === 'openai' ? before : []),
  };
  return refresh(sources, past, rulings);
}

const model = async (input: RefreshInput, id = 'm'): Promise<CatalogModel | undefined> =>
  (await refreshed(input)).models.find((candidate) => candidate.id === id);

const price = async (input: RefreshInput) => (await model(input))?.prices.at(-1);

const genai = (prices: object | readonly object[], id = 'm', match: object = { equals: id }) => [
  { id, match, prices },
];
const perToken = (input: number, output: number, more: object = {}) => ({
  m: { ...LITELLM, input_cost_per_token: input / 1e6, output_cost_per_token: output / 1e6, ...more },
});

describe('the vote', () => {
  it('selects the price of two of three sources, and omits the third from the sources', async () => {
    const input = {
      modelsDev: { m: cost(9, 9) },
      genai: genai({ input_mtok: 1, output_mtok: 2 }),
      litellm: perToken(1, 2),
    };
    expect(await price(input)).toEqual({
      from: '2026-01-05',
      rates: { input: 1_000_000, output: 2_000_000 },
      sources: ['genai-prices', 'litellm'],
      trust: 'agreed',
    });
  });

  it('marks the price of one source as single, and of two different sources as disputed', async () => {
    expect(await price({ modelsDev: { m: cost(1, 2) } })).toMatchObject({
      sources: ['models.dev'],
      trust: 'single',
    });
    const input = { modelsDev: { m: cost(1, 2) }, genai: genai({ input_mtok: 3, output_mtok: 4 }) };
    expect(await price(input)).toMatchObject({
      rates: { input: 3_000_000 },
      sources: ['genai-prices'],
      trust: 'disputed',
    });
  });

  it('ignores sources without a rate and sources that lost the vote', async () => {
    const input = {
      modelsDev: { m: cost(1, 2, { cache_read: 0.1 }) },
      genai: genai({ input_mtok: 1, output_mtok: 2, cache_write_mtok: 1.25 }),
      litellm: perToken(5, 5, { cache_creation_input_token_cost_above_1hr: 1e-6 }),
    };
    expect((await price(input))?.rates).toEqual({
      input: 1_000_000,
      output: 2_000_000,
      cacheRead: 100_000,
      cacheWrite: 1_250_000,
    });
  });

  it('does not set a price of 0 that only one source states', async () => {
    expect(await price({ modelsDev: { m: cost(0, 0) } })).toBeUndefined();
    expect(await price({ modelsDev: { m: cost(0, 0) }, litellm: perToken(1, 2) })).toMatchObject({
      rates: { input: 1_000_000 },
      trust: 'single',
    });
    expect(await price({ modelsDev: { m: cost(0, 0) }, litellm: perToken(0, 0) })).toMatchObject({
      rates: { input: 0, output: 0 },
      trust: 'agreed',
    });
  });

  it('uses the steps, tiers and fees of the sources that won', async () => {
    const step = { tier: { size: 200_000 }, input: 2, output: 4 };
    const input = {
      modelsDev: { m: cost(1, 2, { tiers: [step] }) },
      litellm: perToken(1, 2, {
        input_cost_per_token_above_200k_tokens: 2e-6,
        output_cost_per_token_above_200k_tokens: 4e-6,
        cache_read_input_token_cost_above_200k_tokens: 2e-7,
        input_cost_per_token_batches: 5e-7,
        output_cost_per_token_batches: 1e-6,
        search_context_cost_per_query: { search_context_size_medium: 0.01 },
      }),
    };
    expect(await price(input)).toMatchObject({
      above: [{ inputTokens: 200_000, rates: { input: 2_000_000, output: 4_000_000, cacheRead: 200_000 } }],
      tiers: { batch: { input: 500_000, output: 1_000_000 } },
      fees: { web_search: 10_000 },
    });
  });
});

describe('amounts', () => {
  it('have no rounding errors of doubles', async () => {
    expect(
      (await price({ modelsDev: { m: cost(0.09999999999999999, 0.30000000000000004) } }))?.rates,
    ).toEqual({
      input: 100_000,
      output: 300_000,
    });
    expect((await price({ litellm: perToken(0.8, 3.2) }))?.rates).toEqual({
      input: 800_000,
      output: 3_200_000,
    });
  });

  it('are omitted if micro-USD cannot represent them', async () => {
    expect(
      (await price({ modelsDev: { m: cost(1, 2, { cache_write: 0.08333333333333334 }) } }))?.rates,
    ).toEqual({
      input: 1_000_000,
      output: 2_000_000,
    });
  });

  it('for images, seconds and characters are fees', async () => {
    const imageData = {
      'standard/1024-x-1024/m': { litellm_provider: 'openai', output_cost_per_image: 0.04 },
      m: { ...LITELLM, mode: 'image_generation' },
    };
    expect(await price({ litellm: imageData })).toMatchObject({
      rates: { input: 0, output: 0 },
      fees: { 'image:1024x1024': 40_000 },
    });
    const transcriptionData = {
      m: { ...LITELLM, mode: 'audio_transcription', input_cost_per_second: 0.0001 },
    };
    expect(await price({ litellm: transcriptionData })).toMatchObject({ fees: { 'audio-second': 100 } });
    const videoData = {
      m: {
        ...LITELLM,
        mode: 'video_generation',
        output_cost_per_second: 0.4,
        output_cost_per_second_4k: 0.6,
      },
    };
    expect(await price({ litellm: videoData })).toMatchObject({
      fees: { 'video-second': 400_000, 'video-second:4k': 600_000 },
    });
    const speechData = { m: { ...LITELLM, mode: 'audio_speech', input_cost_per_character: 0.000015 } };
    expect(await price({ litellm: speechData })).toMatchObject({ fees: { character: 15 } });
    const rerankData = {
      m: { ...LITELLM, mode: 'rerank', input_cost_per_query: 0.002, input_cost_per_token: 0 },
    };
    expect(await price({ litellm: rerankData })).toMatchObject({
      rates: { input: 0 },
      fees: { search: 2000 },
    });
    const moderationData = { m: { ...LITELLM, mode: 'moderation', input_cost_per_token: 0 } };
    expect(await price({ litellm: moderationData })).toMatchObject({
      rates: { input: 0 },
      fees: { moderation: 0 },
    });
  });
});

describe('the facts of a model', () => {
  it('come from models.dev, and the retirement date from LiteLLM', async () => {
    const input = {
      modelsDev: {
        m: { ...FACTS, limit: { context: 9, output: 0 }, reasoning: false, knowledge: '2025-08' },
      },
      litellm: perToken(1, 2, { max_input_tokens: 5, deprecation_date: '2027-01-31' }),
    };
    expect(await model(input)).toMatchObject({
      contextTokens: 9,
      maxOutputTokens: undefined,
      maxInputTokens: undefined,
      tools: true,
      reasoning: false,
      knowledge: '2025-08',
      retires: '2027-01-31',
    });
  });

  it('contain no day that does not exist', async () => {
    const input = {
      modelsDev: { m: { ...FACTS, knowledge: '2025-02-31', release_date: '2025-06-31' } },
      litellm: perToken(1, 2, { deprecation_date: '2027-02-29' }),
    };
    const withoutDays = { knowledge: undefined, released: undefined, retires: undefined };
    expect(await model(input)).toMatchObject(withoutDays);
  });

  it('belong to its exact id, and not to rules with "contains" or "starts with"', async () => {
    const otherModel = genai({ input_mtok: 7, output_mtok: 7 }, 'other', {
      or: [{ contains: 'm' }, { starts_with: 'm' }],
    });
    expect(await price({ modelsDev: { m: cost(1, 2) }, genai: otherModel })).toMatchObject({
      sources: ['models.dev'],
    });
  });

  it('include aliases that a source lists exactly and not as separate models', async () => {
    const match = { or: [{ equals: 'm' }, { equals: 'm-latest' }, { equals: 'own' }] };
    const input = {
      modelsDev: { own: cost(5, 5) },
      genai: genai({ input_mtok: 1, output_mtok: 2 }, 'm', match),
    };
    expect(await model(input, 'm-latest')).toMatchObject({ aliasOf: 'm', prices: [] });
    expect((await model(input, 'own'))?.aliasOf).toBeUndefined();
  });
});

describe('periods', () => {
  const periods = [
    { prices: { input_mtok: 10, output_mtok: 40 } },
    { constraint: { start_date: '2026-06-10' }, prices: { input_mtok: 2, output_mtok: 8 } },
    { constraint: { start_date: '2027-01-01' }, prices: { input_mtok: 1, output_mtok: 4 } },
  ];

  it('of a source are retained, including future ones', async () => {
    const found = await model({ modelsDev: { m: cost(2, 8) }, genai: genai(periods) });
    expect(found?.prices.map(({ from, rates, trust }) => [from, rates.input, trust])).toEqual([
      ['2026-01-05', 10_000_000, 'single'],
      ['2026-06-10', 2_000_000, 'agreed'],
      ['2027-01-01', 1_000_000, 'single'],
    ]);
  });

  it('by the hour of the day are not prices', async () => {
    const hours = [
      {
        constraint: { start_time: '00:30:00Z', end_time: '16:30:00Z' },
        prices: { input_mtok: 9, output_mtok: 9 },
      },
      ...periods,
    ];
    expect(await price({ modelsDev: { m: cost(2, 8) }, genai: genai(hours) })).toMatchObject({
      sources: ['models.dev'],
    });
  });
});

describe('a later refresh', () => {
  const first = async (): Promise<readonly CatalogModel[]> =>
    (await refreshed({ modelsDev: { m: cost(1, 2), gone: cost(3, 4) } })).models;

  it('adds a period for a changed price, from the date of the sources on', async () => {
    const found = await model({ modelsDev: { m: cost(2, 2) }, before: await first(), date: '2026-08-01' });
    expect(found?.prices.map(({ from, rates }) => [from, rates.input])).toEqual([
      ['2026-01-05', 1_000_000],
      ['2026-08-01', 2_000_000],
    ]);
  });

  it('does not change an equal price of other sources', async () => {
    const input = {
      modelsDev: { m: { ...cost(1, 2), release_date: '2026-02-02' } },
      litellm: perToken(1, 2),
      before: await first(),
    };
    const found = await model(input);
    expect(found?.prices.map(({ from, trust }) => [from, trust])).toEqual([['2026-01-05', 'agreed']]);
  });

  it('retains models that no source lists any longer, with the last day on which they were listed', async () => {
    const before = await first();
    const removedModel = await model({ modelsDev: { m: cost(1, 2) }, before, date: '2026-08-01' }, 'gone');
    expect(removedModel).toEqual({ ...before.find(({ id }) => id === 'gone'), lastSeen: '2026-06-01' });
    const laterModel = await model({ modelsDev: {}, before: [removedModel!], date: '2026-09-01' }, 'gone');
    expect(laterModel?.lastSeen).toBe('2026-06-01');
    expect(
      (await model({ modelsDev: { gone: cost(3, 4) }, before: [removedModel!] }, 'gone'))?.lastSeen,
    ).toBeUndefined();
  });

  it('retains the prices of a model for which no source has a price any longer', async () => {
    const found = await model({ modelsDev: { m: FACTS }, before: await first() });
    expect(found?.prices).toHaveLength(1);
  });
});

describe('the build fails for', () => {
  it.each<readonly [what: string, input: RefreshInput, problem: RegExp]>([
    ['a negative price', { modelsDev: { m: cost(-1, 2) } }, /openai\/m: input is -1000000/],
    [
      'an output below a tenth of the input',
      { modelsDev: { m: cost(10, 0.5) } },
      /output 500000 is less than a tenth/,
    ],
    [
      'a step below its base',
      { modelsDev: { m: cost(2, 4, { tiers: [{ tier: { size: 9 }, input: 1, output: 4 }] }) } },
      /input above 9 is 1000000, below 2000000/,
    ],
    [
      'a fast tier below its base',
      {
        litellm: perToken(2, 4, {
          input_cost_per_token_priority: 1e-6,
          output_cost_per_token_priority: 8e-6,
        }),
      },
      /input in tier priority is 1000000, below 2000000/,
    ],
    [
      'a cheap tier above its base',
      {
        litellm: perToken(2, 4, { input_cost_per_token_batches: 3e-6, output_cost_per_token_batches: 4e-6 }),
      },
      /input in tier batch is 3000000, above/,
    ],
    [
      'a tier beyond ten times its base',
      {
        litellm: perToken(2, 4, {
          input_cost_per_token_priority: 21e-6,
          output_cost_per_token_priority: 8e-6,
        }),
      },
      /beyond 10 times/,
    ],
    [
      'a long cache that is far too dear',
      { litellm: perToken(0.25, 1.25, { cache_creation_input_token_cost_above_1hr: 6e-6 }) },
      /cacheWriteLong 6000000 is beyond 4 times/,
    ],
    [
      'a long cache that costs less than a short one',
      {
        litellm: perToken(15, 75, {
          cache_creation_input_token_cost: 18.75e-6,
          cache_creation_input_token_cost_above_1hr: 6e-6,
        }),
      },
      /cacheWriteLong is 6000000, below cacheWrite 18750000/,
    ],
    [
      'writing a cache at the rate of reading it',
      { litellm: perToken(3, 15, { cache_creation_input_token_cost: 0.3e-6 }) },
      /cacheWrite is 300000, below input 3000000/,
    ],
    [
      'writing a cache slightly below the input',
      { litellm: perToken(3, 15, { cache_creation_input_token_cost: 2.9e-6 }) },
      /cacheWrite is 2900000, below input 3000000/,
    ],
    [
      'a fast tier at the plain rates',
      {
        litellm: perToken(2, 4, {
          input_cost_per_token_priority: 2e-6,
          output_cost_per_token_priority: 4e-6,
        }),
      },
      /tier priority has a plain rate/,
    ],
    [
      'a fast tier at the plain input and a higher output',
      {
        litellm: perToken(2, 4, {
          input_cost_per_token_priority: 2e-6,
          output_cost_per_token_priority: 8e-6,
        }),
      },
      /tier priority has a plain rate/,
    ],
  ])('%s', async (_what, input, problem) => {
    const { problems } = await refreshed(input);
    expect(problems.join('\n')).toMatch(problem);
  });

  it('a change of more than two times, up or down', async () => {
    const before = (await refreshed({ modelsDev: { m: cost(2, 8) } })).models;
    const problems = async (input: number): Promise<number> =>
      (await refreshed({ modelsDev: { m: cost(input, 8) }, before })).problems.length;
    expect(await problems(4)).toBe(0);
    expect(await problems(4.1)).toBe(1);
    expect(await problems(1)).toBe(0);
    expect(await problems(0.99)).toBe(1);
  });

  it('no embedding or image model with free output', async () => {
    const vectors = { m: { ...LITELLM, mode: 'embedding', input_cost_per_token: 1e-6 } };
    expect((await refreshed({ litellm: vectors })).problems).toEqual([]);
    const imageModel = { ...cost(10, 0), modalities: { input: ['text'], output: ['image'] } };
    expect((await refreshed({ modelsDev: { m: imageModel } })).problems).toEqual([]);
  });
});

describe('a ruling', () => {
  const ruling = (more: Partial<Ruling>): Ruling => ({
    vendor: 'openai',
    id: 'm',
    source: 'the invoice, 2026-07',
    ...more,
  });

  it('resolves a failure and names its source', async () => {
    const rulings = [ruling({ price: { rates: { output: 6_000_000 } } })];
    const { problems, models } = await refreshed({ modelsDev: { m: cost(10, 0.5) }, rulings });
    expect(problems).toEqual([]);
    expect(models[0]?.prices).toMatchObject([
      { rates: { output: 6_000_000 }, sources: ['the invoice, 2026-07'], trust: 'override' },
    ]);
  });

  it('selects a source, removes tiers, or removes the price', async () => {
    const input = { modelsDev: { m: cost(1, 2) }, genai: genai({ input_mtok: 3, output_mtok: 4 }) };
    expect(await price({ ...input, rulings: [ruling({ believe: 'models.dev' })] })).toMatchObject({
      rates: { input: 1_000_000 },
      trust: 'override',
    });
    expect((await model({ ...input, rulings: [ruling({ price: null })] }))?.prices).toEqual([]);
    const tiered = perToken(2, 4, {
      input_cost_per_token_batches: 1e-6,
      output_cost_per_token_batches: 2e-6,
    });
    expect(
      (await price({ litellm: tiered, rulings: [ruling({ price: { tiers: { batch: null } } })] }))?.tiers,
    ).toBeUndefined();
  });

  it('adds fees to all models and does not resolve their rates', async () => {
    const rulings = [ruling({ id: '*', price: { fees: { web_fetch: 0 } } })];
    expect(await price({ modelsDev: { m: cost(1, 2) }, rulings })).toMatchObject({
      fees: { web_fetch: 0 },
      trust: 'single',
    });
  });

  it('creates a model that no source lists any longer, from a complete price', async () => {
    const complete = ruling({ id: 'retired', price: { rates: { input: 1, output: 2 } }, from: '2024-05-01' });
    expect((await model({ rulings: [complete] }, 'retired'))?.prices).toMatchObject([
      { from: '2024-05-01', trust: 'override' },
    ]);
    await expect(refreshed({ rulings: [ruling({ id: 'retired' })] })).rejects.toThrow(
      'openai/retired changes a model',
    );
  });
});

it('produces the same bytes from the same sources, rulings and history', async () => {
  const input: RefreshInput = {
    modelsDev: { b: cost(1, 2), 'a`${x}\\': cost(3, 4) },
    genai: genai({ input_mtok: 1, output_mtok: 2 }),
    litellm: perToken(1, 2),
    before: (await refreshed({ modelsDev: { c: cost(1, 2) } })).models,
  };
  const reversedInput: RefreshInput = {
    ...input,
    modelsDev: Object.fromEntries(Object.entries(input.modelsDev ?? {}).reverse()),
  };
  const [one, other] = [await refreshed(input), await refreshed(reversedInput)];
  expect([...one.files]).toEqual([...other.files]);
  expect(one.files.get('generated/openai.ts')).toContain('"id":"a\\`\\${x}');
});

/** Runs a refresh in which two sources of summer state 1 and 2 USD, and pi-ai of November 3 and 6 USD. */
async function contradicted(rulings: readonly Ruling[], before: readonly CatalogModel[] = []) {
  const { models, problems } = await refreshed({
    modelsDev: { m: { modalities: FACTS.modalities, cost: { input: 1, output: 2 } } },
    litellm: perToken(1, 2, { search_context_cost_per_query: { search_context_size_medium: 0.03 } }),
    piAi: {
      'openai.json': {
        api: { 'chat:m': { id: 'm', type: 'chat', input: ['text'], cost: { input: 3, output: 6 } } },
      },
    },
    dates: { litellm: '2026-08-06', 'genai-prices': '2026-09-11', 'pi-ai': '2026-11-10' },
    before,
    rulings,
  });
  return { problems, model: models.find(({ id }) => id === 'm') };
}

const onM = { vendor: 'openai', id: 'm', source: 'a reason' };

describe('sources that are more than 60 days older than the newest one', () => {
  it('require a ruling if they contradict it', async () => {
    const { problems } = await contradicted([]);
    expect(problems).toEqual(['openai/m: models.dev and litellm contradict a newer source; add a ruling']);
  });

  it.each(['m', '*'])('are ignored, except for their fees, after a ruling on %s', async (id) => {
    const { problems, model: found } = await contradicted([{ ...onM, id, believe: 'newest' }]);
    expect(problems).toEqual([]);
    expect(found?.prices).toEqual([
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
    const { problems, model: found } = await contradicted([{ ...onM, believe: 'litellm' }]);
    expect([problems, found?.prices[0]?.rates.input]).toEqual([[], 1_000_000]);
  });
});

describe('a ruling on a contradiction', () => {
  const period = (from: string, input: number) => ({
    from,
    rates: { input: input * 1e6, output: 6e6 },
    sources: ['older'],
    trust: 'single' as const,
  });
  const known = { vendor: 'openai', id: 'm', input: ['text'], output: ['text'] } as const;

  it('adds fees that no source states to all ids with a prefix, without a new period', async () => {
    const prices = [period('2026-01-01', 3)];
    const fees = { web_search: 10_000, code: 5 };
    const { model: found } = await contradicted(
      [
        { ...onM, believe: 'newest' },
        { ...onM, id: 'm*', fees },
      ],
      [{ ...known, prices }],
    );
    expect(found?.prices).toMatchObject([{ from: '2026-01-01', fees: { web_search: 30_000, code: 5 } }]);
  });

  it('sets the first day of a price and adds earlier periods', async () => {
    const { model: found } = await contradicted([
      {
        ...onM,
        believe: 'newest',
        facts: { retires: '2027-01-01', successor: 'n' },
        earlier: [{ from: '2026-09-28', until: '2026-10-07', rates: { input: 4_000_000 } }],
      },
    ]);
    expect(found).toMatchObject({ retires: '2027-01-01', successor: 'n' });
    expect(found?.prices.map(({ from, rates, trust }) => [from, rates.input, trust])).toEqual([
      ['2026-09-28', 4_000_000, 'override'],
      ['2026-10-07', 3_000_000, 'single'],
    ]);
  });
});
