import { image, user, type ChatRequest } from '@majordomo/core';
import type { Catalog, CatalogModel } from '@majordomo/catalog';
import { describe, expect, it } from 'vitest';
import type { Choice, Needs } from '../src/index.ts';
import { failureOf, hi, setUpRouter, type RouterSetup } from './support/fixture.ts';

const chainOf = async (setup: RouterSetup, name: string, request: ChatRequest = hi): Promise<string> =>
  (await setup.router.plan(name, setup.majordomo, { request })).chain;

const withImages: Partial<CatalogModel> = { input: ['text', 'image'] };
/** Three models of unknown speed: an expensive one of high quality, a medium one, and a cheap one of low quality. */
const pricedTargets = {
  'dear/x': { price: [5_000_000, 25_000_000], facts: withImages },
  'mid/x': { price: [1_000_000, 5_000_000], facts: withImages },
  'cheap/x': { price: [100_000, 400_000], facts: withImages },
} as const;
const quality = { 'dear/x': 0.95, 'mid/x': 0.8, 'cheap/x': 0.4 };
const choose = ['dear/x', 'mid/x', 'cheap/x'];

const tools = [{ name: 'look', description: 'looks', parameters: { type: 'object' } }];
const png = image(new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]), 'image/png');
const longMessage = user('word '.repeat(5000));

describe('the order of a choice', () => {
  const DEAR_FIRST = 'dear/x,mid/x,cheap/x';
  const MID_FIRST = 'mid/x,dear/x,cheap/x';
  const CHEAP_FIRST = 'cheap/x,mid/x,dear/x';

  it.each<[string, Choice['by'], ChatRequest, string]>([
    ['cost-effective, a greeting', 'cost-effective', hi, CHEAP_FIRST],
    ['cost-effective, with tools', 'cost-effective', { ...hi, tools }, CHEAP_FIRST],
    ['cost-effective, long', 'cost-effective', { messages: [longMessage] }, CHEAP_FIRST],
    ['balanced, a greeting', 'balanced', hi, CHEAP_FIRST],
    ['balanced, long', 'balanced', { messages: [longMessage] }, CHEAP_FIRST],
    ['high-performance, a greeting', 'high-performance', hi, DEAR_FIRST],
    ['high-performance, long', 'high-performance', { messages: [longMessage] }, DEAR_FIRST],
    ['tool-calling', 'tool-calling', { ...hi, tools }, DEAR_FIRST],
    ['long-context', 'long-context', { messages: [longMessage] }, MID_FIRST],
    ['vision', 'vision', { messages: [user('what is this?', png)] }, MID_FIRST],
    ['research', 'research', hi, DEAR_FIRST],
    ['own weights, only cost', { cost: 1, speed: 0, quality: 0 }, hi, CHEAP_FIRST],
    ['own weights, only quality', { cost: 0, speed: 0, quality: 3 }, hi, DEAR_FIRST],
    ['own weights, only speed: in the order of the list', { cost: 0, speed: 1, quality: 0 }, hi, DEAR_FIRST],
    ['own weights of any size', { cost: 0.001, speed: 0, quality: 0.1 }, hi, DEAR_FIRST],
    ['default, a greeting: balanced', undefined, hi, CHEAP_FIRST],
    ['default, with tools: tool-calling', undefined, { ...hi, tools }, DEAR_FIRST],
    ['default, with a schema: tool-calling', undefined, { ...hi, output: { type: 'object' } }, DEAR_FIRST],
    ['default, JSON of any form: tool-calling', undefined, { ...hi, output: 'json' }, DEAR_FIRST],
    ['default, with an image: vision', undefined, { messages: [user('?', png)] }, MID_FIRST],
    ['default, a long response: long-context', undefined, { ...hi, maxTokens: 4000 }, MID_FIRST],
    ['default, a long input: long-context', undefined, { messages: [longMessage] }, MID_FIRST],
  ])('by %s', async (_, by, request, expected) => {
    const setup = setUpRouter(pricedTargets, { best: { choose, by } }, { quality });
    expect(await chainOf(setup, 'best', request)).toBe(expected);
    expect(await chainOf(setup, 'best', request)).toBe(expected);
  });

  it('follows the cost of the request, with many input tokens or many output tokens', async () => {
    const setup = setUpRouter(
      { 'reads/x': { price: [100_000, 20_000_000] }, 'writes/x': { price: [5_000_000, 1_000_000] } },
      { cheap: { choose: ['reads/x', 'writes/x'], by: { cost: 1, speed: 0, quality: 0 } } },
    );
    expect(await chainOf(setup, 'cheap', { messages: [longMessage], maxTokens: 10 })).toBe(
      'reads/x,writes/x',
    );
    expect(await chainOf(setup, 'cheap', { ...hi, maxTokens: 2000 })).toBe('writes/x,reads/x');
  });

  it('is that of the list if all scores are equal', async () => {
    const setup = setUpRouter(
      { 'a/x': {}, 'b/x': {}, 'c/x': {} },
      { any: { choose: ['c/x', 'a/x', 'b/x'] } },
    );
    expect(await chainOf(setup, 'any')).toBe('c/x,a/x,b/x');
  });

  it('distinguishes the same model of two vendors', async () => {
    const setup = setUpRouter(
      { 'dear/m': { price: [2_000_000, 2_000_000] }, 'cheap/m': { price: [1_000_000, 1_000_000] } },
      { m: { choose: ['dear/m', 'cheap/m'], by: 'cost-effective' } },
    );
    expect(await chainOf(setup, 'm')).toBe('cheap/m,dear/m');
  });

  it('counts calls that a plan includes as free', async () => {
    const setup = setUpRouter(
      { 'cheap/x': { price: [1000, 1000] }, 'own/x': { billing: 'included' } },
      { m: { choose: ['cheap/x', 'own/x'], by: 'cost-effective' } },
    );
    const plan = await setup.router.plan('m', setup.majordomo, { request: hi });
    expect(plan.chain).toBe('own/x,cheap/x');
    expect(plan.candidates[0]?.estimateNanoUsd).toBeUndefined();
    expect(plan.warnings.join()).not.toContain('price');
  });

  it('lowers unhealthy targets according to their state', async () => {
    const setup = setUpRouter(
      { 'benched/x': {}, 'shaky/x': {}, 'well/x': {} },
      { m: { choose: ['benched/x', 'shaky/x', 'well/x'], by: 'balanced' } },
    );
    const { health } = setup.majordomo;
    health.bench('benched/x', 60_000);
    health.restore({
      ...health.snapshot(),
      'shaky/x': { state: 'healthy', failures: 1, benches: 0, until: undefined },
    });
    expect(await chainOf(setup, 'm')).toBe('well/x,shaky/x,benched/x');
    await setup.clock.advance(60_001);
    expect(await chainOf(setup, 'm')).toBe('well/x,shaky/x,benched/x');
    health.unbench('benched/x');
    expect(await chainOf(setup, 'm')).toBe('benched/x,well/x,shaky/x');
  });

  it('prefers a long context if the request needs one', async () => {
    const setup = setUpRouter(
      {
        'short/x': { facts: { contextTokens: 32_000 } },
        'long/x': { capabilities: { contextTokens: 1_000_000 } },
      },
      { m: { choose: ['short/x', 'long/x'] } },
    );
    expect(await chainOf(setup, 'm')).toBe('short/x,long/x');
    expect(await chainOf(setup, 'm', { ...hi, maxTokens: 5000 })).toBe('long/x,short/x');
  });

  it('is reported with the parts of each score, which add up to it', async () => {
    const setup = setUpRouter(pricedTargets, { best: { choose, by: 'cost-effective' } }, { quality });
    const { candidates } = await setup.router.plan('best', setup.majordomo, { request: hi });
    expect(candidates.map(({ target }) => target)).toEqual(['cheap/x', 'mid/x', 'dear/x']);
    for (const { score, parts } of candidates)
      expect(score).toBeCloseTo(Object.values(parts).reduce((sum, part) => sum + part, 0));
    expect(candidates[0]?.parts).toMatchObject({ cost: 6, speed: 1.5, health: 0, ledger: 0 });
    expect(candidates[0]?.parts['quality']).toBeCloseTo(0.4);
    // 1,000 output tokens at $0.40 per million, and a few input tokens.
    expect(Number(candidates[0]?.estimateNanoUsd)).toBeGreaterThan(400_000);
    expect(Number(candidates[0]?.estimateNanoUsd)).toBeLessThan(410_000);
  });
});

describe('a part of a score', () => {
  const partsOf = async (setup: RouterSetup, request: ChatRequest = hi) =>
    (await setup.router.plan('m', setup.majordomo, { request })).candidates[0];

  it('uses the quality of a name before that of its first target', async () => {
    const setup = setUpRouter(
      { 'a/x': {}, 'b/x': {} },
      { m: { choose: ['b/x', 'both'], by: 'research' }, both: 'a/x,b/x' },
      { quality: { both: 0.9, 'a/x': 0.1, 'b/x': 0.5 } },
    );
    expect(await chainOf(setup, 'm')).toBe('both,b/x');
  });

  it('uses the quality of the first target for a name without a quality', async () => {
    const setup = setUpRouter(
      { 'a/x': {}, 'b/x': {} },
      { m: { choose: ['both'], by: { cost: 0, speed: 0, quality: 1 } }, both: 'a/x,b/x' },
      { quality: { 'a/x': 0.9, 'b/x': 0.1 } },
    );
    expect((await partsOf(setup))?.parts['quality']).toBeCloseTo(9);
  });
});

describe('the estimate', () => {
  const pricedTarget = { price: [0, 5_000_000] } as const;
  const estimate = async (setup: RouterSetup, request: ChatRequest) =>
    (await setup.router.plan('m', setup.majordomo, { request })).candidates[0]?.estimateNanoUsd;
  const m = { choose: ['a/x'] };

  it('assumes a response of maxTokens, 1,000 by default', async () => {
    const setup = setUpRouter({ 'a/x': pricedTarget }, { m });
    expect(await estimate(setup, hi)).toBe(5_000_000n);
    expect(await estimate(setup, { ...hi, maxTokens: 2000 })).toBe(10_000_000n);
  });

  it('assumes the maximum output of the model if that is less', async () => {
    const facts = { maxOutputTokens: 500 };
    expect(await estimate(setUpRouter({ 'a/x': { ...pricedTarget, facts } }, { m }), hi)).toBe(2_500_000n);
    const capabilities = { maxOutputTokens: 100 };
    expect(await estimate(setUpRouter({ 'a/x': { ...pricedTarget, facts, capabilities } }, { m }), hi)).toBe(
      500_000n,
    );
  });

  it('uses the price of the requested tier', async () => {
    const { catalog } = setUpRouter({}, {});
    const tiers = { flex: { output: 1_000_000 } };
    const price = {
      from: '2026-01-01',
      rates: { input: 0, output: 5_000_000 },
      tiers,
      sources: [],
      trust: 'single',
    } as const;
    const catalogWithTiers = catalog.with([{ vendor: 'vendor-a', id: 'x', prices: [price] }]);
    const setup = setUpRouter({ 'a/x': {} }, { m }, { catalog: catalogWithTiers });
    expect(await estimate(setup, { ...hi, serviceTier: 'flex' })).toBe(1_000_000n);
    expect(await estimate(setup, { ...hi, serviceTier: 'default' })).toBe(5_000_000n);
  });
});

describe('the chain of a choice', () => {
  const fiveTargets = { 'a/x': {}, 'b/x': {}, 'c/x': {}, 'd/x': {}, 'e/x': {} };
  const targetNames = Object.keys(fiveTargets);

  it.each<[string, Omit<Choice, 'choose'>, string]>([
    ['three targets by default', {}, 'a/x,b/x,c/x'],
    ['the number of targets in `most`', { most: 1 }, 'a/x'],
    ['all targets if `most` is larger', { most: 9 }, 'a/x,b/x,c/x,d/x,e/x'],
    ['the fallback in addition, at the end', { most: 2, fallback: 'e/x,d/x' }, 'a/x,b/x,e/x,d/x'],
    ['the fallback at the end, also if it ranks first', { most: 2, fallback: 'a/x' }, 'b/x,c/x,a/x'],
  ])('has %s', async (_, choice, expected) => {
    const setup = setUpRouter(fiveTargets, { m: { choose: targetNames, ...choice } });
    expect(await chainOf(setup, 'm')).toBe(expected);
  });

  it('is only the fallback if no target is suitable, with this reason', async () => {
    const setup = setUpRouter(
      { 'a/x': { capabilities: { tools: false } }, 'b/x': {} },
      { m: { choose: ['a/x'], needs: { tools: true }, fallback: 'b/x' } },
    );
    const plan = await setup.router.plan('m', setup.majordomo);
    expect(plan).toMatchObject({ chain: 'b/x', reason: 'fallback', candidates: [] });
    expect(plan.rejected).toEqual([{ target: 'a/x', why: 'does not support tools' }]);
    expect((await setup.majordomo.model('m').generate(hi)).target).toBe('b/x');
  });

  it('fails over like any chain', async () => {
    const setup = setUpRouter(fiveTargets, { m: { choose: targetNames } });
    setup.majordomo.health.bench('a/x', 60_000);
    const { target, attempts } = await setup.majordomo.model('m').generate(hi);
    expect([target, attempts.length]).toEqual(['b/x', 1]);
  });
});

describe('the filter rejects a target', () => {
  const cases: readonly [
    string,
    Parameters<typeof setUpRouter>[0][string],
    Needs,
    ChatRequest,
    string | undefined,
  ][] = [
    ['that is retired', { facts: { retires: '2026-11-20' } }, {}, hi, 'was retired on 2026-11-20'],
    [
      'on the day of its retirement',
      { facts: { retires: '2026-11-21' } },
      {},
      hi,
      'was retired on 2026-11-21',
    ],
    ['not before', { facts: { retires: '2026-11-22' } }, {}, hi, undefined],
    ['not in the month of its end', { facts: { retires: '2026-11' } }, {}, hi, undefined],
    ['after the month of its end', { facts: { retires: '2026-10' } }, {}, hi, 'was retired on 2026-10'],
    [
      'that does not support tools, for a request with tools',
      { capabilities: { tools: false } },
      {},
      { ...hi, tools },
      'does not support tools',
    ],
    [
      'that does not support tools, if tools are needed',
      { facts: { tools: false } },
      { tools: true },
      hi,
      'does not support tools',
    ],
    [
      'not for tools that its provider supports',
      { facts: { tools: false }, capabilities: { tools: true } },
      {},
      { ...hi, tools },
      undefined,
    ],
    ['not for tools if its support is unknown', {}, { tools: true }, hi, undefined],
    [
      'not for tools that are not needed',
      { capabilities: { tools: false } },
      { tools: false },
      { ...hi, tools },
      undefined,
    ],
    [
      'that does not support images, for a request with one',
      { facts: { input: ['text'] } },
      {},
      { messages: [user('?', png)] },
      'does not support images',
    ],
    [
      'that does not support images, if they are needed',
      { capabilities: { images: false } },
      { images: true },
      hi,
      'does not support images',
    ],
    [
      'not for images that it supports',
      { facts: { input: ['text', 'image'] } },
      { images: true },
      hi,
      undefined,
    ],
    [
      'that does not support schemas, for a request with one',
      { capabilities: { output: false } },
      {},
      { ...hi, output: { type: 'object' } },
      'does not support schemas',
    ],
    [
      'that does not support schemas, if one is needed',
      { facts: { structured: false } },
      { structured: true },
      hi,
      'does not support schemas',
    ],
    [
      'not for a schema that is sent as an instruction',
      { facts: { structured: false }, capabilities: { output: 'instruct' } },
      { structured: true },
      hi,
      undefined,
    ],
    [
      'that uses reasoning, if that is excluded',
      { facts: { reasoning: true } },
      { reasoning: false },
      hi,
      'uses reasoning, which is excluded',
    ],
    [
      'that does not support reasoning, if that is needed',
      { capabilities: { reasoning: false } },
      { reasoning: true },
      hi,
      'does not support reasoning',
    ],
    ['not for reasoning without a need for it', { facts: { reasoning: true } }, {}, hi, undefined],
    [
      'whose context is too small for the request',
      { capabilities: { contextTokens: 1000 } },
      {},
      { messages: [longMessage] },
      'its context of 1000 tokens is too small for about',
    ],
    [
      'whose context is too small for the response',
      { facts: { contextTokens: 1000 } },
      {},
      { ...hi, maxTokens: 1000 },
      'its context of 1000 tokens is too small for about',
    ],
    [
      'whose context is smaller than needed',
      { facts: { contextTokens: 1000 } },
      { contextTokens: 2000 },
      hi,
      'its context of 1000 tokens is too small for about 2000',
    ],
    [
      'not with a context of exactly the needed size',
      { facts: { contextTokens: 1000 } },
      { contextTokens: 1000 },
      hi,
      undefined,
    ],
    [
      'whose input is too small',
      { facts: { contextTokens: 100_000, maxInputTokens: 1000 } },
      {},
      { messages: [longMessage] },
      'its input of at most 1000 tokens is too small',
    ],
    [
      'that is too expensive',
      { price: [0, 5_000_000] },
      { maxUsdPerCall: '0.004' },
      hi,
      'costs about $0.0050 per call, more than $0.0040',
    ],
    [
      'not at exactly the maximum price',
      { price: [0, 5_000_000] },
      { maxUsdPerCall: '0.005' },
      hi,
      undefined,
    ],
    [
      'whose price is unknown, with a maximum price',
      {},
      { maxUsdPerCall: '1' },
      hi,
      'its price is unknown, so $1.00 per call cannot be guaranteed',
    ],
    ['not if a plan includes the call', { billing: 'included' }, { maxUsdPerCall: '0' }, hi, undefined],
  ];

  it.each(cases)('%s', async (_, fake, needs, request, why) => {
    const setup = setUpRouter({ 'a/x': fake, 'b/x': {} }, { m: { choose: ['a/x'], needs, fallback: 'b/x' } });
    const { rejected, chain } = await setup.router.plan('m', setup.majordomo, { request });
    if (why === undefined) expect([rejected, chain]).toEqual([[], 'a/x,b/x']);
    else expect(rejected[0]?.why.startsWith(why) ? why : rejected[0]?.why).toBe(why);
  });

  it.each<[string, Parameters<typeof setUpRouter>[0][string], readonly string[]]>([
    ['a context of this size', { facts: { contextTokens: 1000 } }, []],
    [
      'a smaller context',
      { facts: { contextTokens: 999 } },
      ['its context of 999 tokens is too small for about 1000'],
    ],
    ['an input of this size', { facts: { maxInputTokens: 1000 } }, []],
    [
      'a smaller input',
      { facts: { maxInputTokens: 999 } },
      ['its input of at most 999 tokens is too small for about 1000'],
    ],
  ])('without a request, for 1,000 tokens of input: %s', async (_, fake, reasons) => {
    const setup = setUpRouter({ 'a/x': fake, 'b/x': {} }, { m: { choose: ['a/x'], fallback: 'b/x' } });
    const { rejected } = await setup.router.plan('m', setup.majordomo);
    expect(rejected.map(({ why }) => why)).toEqual(reasons);
  });

  it('without a provider, and uses the others', async () => {
    const setup = setUpRouter({ 'a/x': {} }, { m: { choose: ['missing/y', 'nothing', 'a/x'] } });
    const { rejected, chain } = await setup.router.plan('m', setup.majordomo);
    expect(chain).toBe('a/x');
    expect(rejected).toEqual([
      { target: 'missing/y', why: expect.stringContaining('unknown provider "missing"') },
      { target: 'nothing', why: expect.stringContaining('unknown name "nothing"') },
    ]);
    expect((await setup.majordomo.model('m').generate(hi)).target).toBe('a/x');
  });

  it('and the call fails with every reason if none is left', async () => {
    const setup = setUpRouter(
      { 'a/x': { capabilities: { tools: false } } },
      { m: { choose: ['a/x', 'missing/y'], needs: { tools: true } } },
    );
    for (const work of [setup.majordomo.model('m').generate(hi), setup.router.plan('m', setup.majordomo)]) {
      const error = await failureOf(work);
      const { code, path } = error.details;
      expect([error.kind, code, path]).toEqual(['config', 'nothing-left', 'presets.m']);
      expect(error.message).toContain(
        'preset "m" has no suitable target and no fallback (a/x: does not support tools; missing/y:',
      );
    }
    expect(setup.providers[0]?.requests).toEqual([]);
  });
});

describe('the warnings of a plan', () => {
  const unpriced = 'the price of a/x, b/x is unknown; a medium cost is assumed';
  const unrated = 'no quality is set for a/x, b/x; a medium quality is assumed';
  const priced = { price: [1, 1] } as const;
  const rated = { 'a/x': 0.5, 'b/x': 0.5 };

  it.each<[string, object, object, Choice['by'], readonly string[]]>([
    ['nothing is known', {}, {}, { cost: 0.5, speed: 0, quality: 0.5 }, [unpriced, unrated]],
    ['the price does not count', {}, {}, { cost: 0, speed: 0, quality: 1 }, [unrated]],
    ['the quality does not count', {}, {}, { cost: 1, speed: 0, quality: 0 }, [unpriced]],
    ['all is known', priced, rated, 'balanced', []],
    ['calls are included', { billing: 'included' }, rated, 'balanced', []],
  ])('contain the assumptions if %s', async (_, fake, quality, by, expected) => {
    const m = { choose: ['a/x', 'b/x'], by };
    const setup = setUpRouter({ 'a/x': fake, 'b/x': fake }, { m }, { quality: { ...quality } });
    expect((await setup.router.plan('m', setup.majordomo)).warnings).toEqual(expected);
  });

  it('name a target without a price and a quality', async () => {
    const targets = { ...pricedTargets, 'new/x': {} };
    const { router, majordomo } = setUpRouter(targets, { m: { choose: ['mid/x', 'new/x'] } }, { quality });
    const plan = await router.plan('m', majordomo, { request: hi });
    expect(plan.warnings).toEqual([
      'the price of new/x is unknown; a medium cost is assumed',
      'no quality is set for new/x; a medium quality is assumed',
    ]);
    expect(plan.candidates.find(({ target }) => target === 'new/x')?.estimateNanoUsd).toBeUndefined();
  });

  it.each<[string, () => unknown, string | undefined]>([
    [
      'throws',
      () => {
        throw new Error('no chunk');
      },
      'no chunk',
    ],
    ['rejects with a value that is not an error', () => Promise.reject(Object(7) as Error), '7'],
    ['returns null', () => Promise.resolve(null), undefined],
  ])('report a catalog that %s, and the call succeeds', async (_, find, why) => {
    const { catalog } = setUpRouter({}, {});
    const brokenCatalog = { ...catalog, find } as Catalog;
    const setup = setUpRouter(
      { 'a/x': {} },
      { m: { choose: ['a/x'] }, n: 'a/x' },
      { catalog: brokenCatalog },
    );
    for (const name of ['m', 'n']) {
      const { chain, warnings } = await setup.router.plan(name, setup.majordomo);
      expect(chain).toBe('a/x');
      if (why !== undefined) expect(warnings).toContain(`the catalog could not be read: ${why}`);
    }
    expect((await setup.majordomo.model('m').generate(hi)).target).toBe('a/x');
  });

  it('report the retirement and deprecation of targets', async () => {
    const setup = setUpRouter(
      { 'a/x': { facts: { retires: '2027-01-01' } }, 'b/x': { facts: { status: 'deprecated' } } },
      { m: { choose: ['a/x', 'b/x'], by: { cost: 0, speed: 1, quality: 0 } } },
    );
    const { warnings } = await setup.router.plan('m', setup.majordomo);
    expect(warnings).toEqual(['a/x will be retired on 2027-01-01', 'b/x is deprecated']);
  });
});
