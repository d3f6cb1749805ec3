import { image, user, type ChatRequest } from '@majordomo/core';
import type { Catalog, CatalogModel } from '@majordomo/catalog';
import { describe, expect, it } from 'vitest';
import type { Choice, Needs } from '../src/index.ts';
import { failure, hi, world, type World } from './support/fixture.ts';

const order = async (made: World, name: string, request: ChatRequest = hi): Promise<string> =>
  (await made.router.plan(name, made.majordomo, { request })).chain;

const sees: Partial<CatalogModel> = { input: ['text', 'image'] };
/** An expensive good model, a medium one, and a cheap weak one, all of unknown speed. */
const three = {
  'dear/x': { price: [5_000_000, 25_000_000], facts: sees },
  'mid/x': { price: [1_000_000, 5_000_000], facts: sees },
  'cheap/x': { price: [100_000, 400_000], facts: sees },
} as const;
const quality = { 'dear/x': 0.95, 'mid/x': 0.8, 'cheap/x': 0.4 };
const choose = ['dear/x', 'mid/x', 'cheap/x'];

const tools = [{ name: 'look', description: 'looks', parameters: { type: 'object' } }];
const png = image(new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]), 'image/png');
const long = user('word '.repeat(5000));

describe('the order of a choice', () => {
  const DEAR_FIRST = 'dear/x,mid/x,cheap/x';
  const MID_FIRST = 'mid/x,dear/x,cheap/x';
  const CHEAP_FIRST = 'cheap/x,mid/x,dear/x';

  it.each<[string, Choice['by'], ChatRequest, string]>([
    ['cost-effective, a greeting', 'cost-effective', hi, CHEAP_FIRST],
    ['cost-effective, with tools', 'cost-effective', { ...hi, tools }, CHEAP_FIRST],
    ['cost-effective, long', 'cost-effective', { messages: [long] }, CHEAP_FIRST],
    ['balanced, a greeting', 'balanced', hi, CHEAP_FIRST],
    ['balanced, long', 'balanced', { messages: [long] }, CHEAP_FIRST],
    ['high-performance, a greeting', 'high-performance', hi, DEAR_FIRST],
    ['high-performance, long', 'high-performance', { messages: [long] }, DEAR_FIRST],
    ['tool-calling', 'tool-calling', { ...hi, tools }, DEAR_FIRST],
    ['long-context', 'long-context', { messages: [long] }, MID_FIRST],
    ['vision', 'vision', { messages: [user('what is this?', png)] }, MID_FIRST],
    ['research', 'research', hi, DEAR_FIRST],
    ['own weights, cost alone', { cost: 1, speed: 0, quality: 0 }, hi, CHEAP_FIRST],
    ['own weights, quality alone', { cost: 0, speed: 0, quality: 3 }, hi, DEAR_FIRST],
    ['own weights, speed alone: as they are listed', { cost: 0, speed: 1, quality: 0 }, hi, DEAR_FIRST],
    ['own weights of any size', { cost: 0.001, speed: 0, quality: 0.1 }, hi, DEAR_FIRST],
    ['unsaid, a greeting: balanced', undefined, hi, CHEAP_FIRST],
    ['unsaid, with tools: tool-calling', undefined, { ...hi, tools }, DEAR_FIRST],
    ['unsaid, with a schema: tool-calling', undefined, { ...hi, output: { type: 'object' } }, DEAR_FIRST],
    ['unsaid, JSON of any form: tool-calling', undefined, { ...hi, output: 'json' }, DEAR_FIRST],
    ['unsaid, with a picture: vision', undefined, { messages: [user('?', png)] }, MID_FIRST],
    ['unsaid, a long answer: long-context', undefined, { ...hi, maxTokens: 4000 }, MID_FIRST],
    ['unsaid, much to read: long-context', undefined, { messages: [long] }, MID_FIRST],
  ])('by %s', async (_, by, request, expected) => {
    const made = world(three, { best: { choose, by } }, { quality });
    expect(await order(made, 'best', request)).toBe(expected);
    expect(await order(made, 'best', request)).toBe(expected);
  });

  it('goes by what this request costs there: many tokens in, or many out', async () => {
    const made = world(
      { 'reads/x': { price: [100_000, 20_000_000] }, 'writes/x': { price: [5_000_000, 1_000_000] } },
      { cheap: { choose: ['reads/x', 'writes/x'], by: { cost: 1, speed: 0, quality: 0 } } },
    );
    expect(await order(made, 'cheap', { messages: [long], maxTokens: 10 })).toBe('reads/x,writes/x');
    expect(await order(made, 'cheap', { ...hi, maxTokens: 2000 })).toBe('writes/x,reads/x');
  });

  it('is that of the list where nothing tells the targets apart', async () => {
    const made = world({ 'a/x': {}, 'b/x': {}, 'c/x': {} }, { any: { choose: ['c/x', 'a/x', 'b/x'] } });
    expect(await order(made, 'any')).toBe('c/x,a/x,b/x');
  });

  it('tells the same model at two vendors apart', async () => {
    const made = world(
      { 'dear/m': { price: [2_000_000, 2_000_000] }, 'cheap/m': { price: [1_000_000, 1_000_000] } },
      { m: { choose: ['dear/m', 'cheap/m'], by: 'cost-effective' } },
    );
    expect(await order(made, 'm')).toBe('cheap/m,dear/m');
  });

  it('counts what a plan or own hardware pays for as free', async () => {
    const made = world(
      { 'cheap/x': { price: [1000, 1000] }, 'own/x': { billing: 'included' } },
      { m: { choose: ['cheap/x', 'own/x'], by: 'cost-effective' } },
    );
    const plan = await made.router.plan('m', made.majordomo, { request: hi });
    expect(plan.chain).toBe('own/x,cheap/x');
    expect(plan.candidates[0]?.estimateNanoUsd).toBeUndefined();
    expect(plan.warnings.join()).not.toContain('price');
  });

  it('puts those in trouble behind, by how much they are', async () => {
    const made = world(
      { 'benched/x': {}, 'shaky/x': {}, 'well/x': {} },
      { m: { choose: ['benched/x', 'shaky/x', 'well/x'], by: 'balanced' } },
    );
    const { health } = made.majordomo;
    health.bench('benched/x', 60_000);
    health.restore({
      ...health.snapshot(),
      'shaky/x': { state: 'healthy', failures: 1, benches: 0, until: undefined },
    });
    expect(await order(made, 'm')).toBe('well/x,shaky/x,benched/x');
    await made.clock.advance(60_001);
    expect(await order(made, 'm')).toBe('well/x,shaky/x,benched/x');
    health.unbench('benched/x');
    expect(await order(made, 'm')).toBe('benched/x,well/x,shaky/x');
  });

  it('prefers a long context where one is asked for', async () => {
    const made = world(
      {
        'short/x': { facts: { contextTokens: 32_000 } },
        'long/x': { capabilities: { contextTokens: 1_000_000 } },
      },
      { m: { choose: ['short/x', 'long/x'] } },
    );
    expect(await order(made, 'm')).toBe('short/x,long/x');
    expect(await order(made, 'm', { ...hi, maxTokens: 5000 })).toBe('long/x,short/x');
  });

  it('is told part by part, and the parts add up', async () => {
    const made = world(three, { best: { choose, by: 'cost-effective' } }, { quality });
    const { candidates } = await made.router.plan('best', made.majordomo, { request: hi });
    expect(candidates.map(({ target }) => target)).toEqual(['cheap/x', 'mid/x', 'dear/x']);
    for (const { score, parts } of candidates)
      expect(score).toBeCloseTo(Object.values(parts).reduce((sum, part) => sum + part, 0));
    expect(candidates[0]?.parts).toMatchObject({ cost: 6, speed: 1.5, health: 0, ledger: 0 });
    expect(candidates[0]?.parts['quality']).toBeCloseTo(0.4);
    // 1,000 tokens of answer at $0.40 a million, and a handful in.
    expect(Number(candidates[0]?.estimateNanoUsd)).toBeGreaterThan(400_000);
    expect(Number(candidates[0]?.estimateNanoUsd)).toBeLessThan(410_000);
  });
});

describe('a part of a score', () => {
  const partsOf = async (made: World, request: ChatRequest = hi) =>
    (await made.router.plan('m', made.majordomo, { request })).candidates[0];

  it('is −20 for a bench, −4 once that has ended and nobody has asked yet', async () => {
    const made = world({ 'a/x': {} }, { m: { choose: ['a/x'] } });
    made.majordomo.health.bench('a/x', 1000);
    expect((await partsOf(made))?.parts['health']).toBe(-20);
    await made.clock.advance(1000);
    expect((await partsOf(made))?.parts['health']).toBe(-4);
  });

  it('is 5 at most for a long context', async () => {
    const made = world(
      { 'a/x': { capabilities: { contextTokens: 1_000_000 } } },
      { m: { choose: ['a/x'], by: 'long-context' } },
    );
    expect((await partsOf(made))?.parts['context']).toBe(5);
  });

  it('goes by what is said of the quality of a name, before that of its first target', async () => {
    const made = world(
      { 'a/x': {}, 'b/x': {} },
      { m: { choose: ['b/x', 'both'], by: 'research' }, both: 'a/x,b/x' },
      { quality: { both: 0.9, 'a/x': 0.1, 'b/x': 0.5 } },
    );
    expect(await order(made, 'm')).toBe('both,b/x');
  });

  it('is by the quality of the first target of a name without a quality', async () => {
    const made = world(
      { 'a/x': {}, 'b/x': {} },
      { m: { choose: ['both'], by: { cost: 0, speed: 0, quality: 1 } }, both: 'a/x,b/x' },
      { quality: { 'a/x': 0.9, 'b/x': 0.1 } },
    );
    expect((await partsOf(made))?.parts['quality']).toBeCloseTo(9);
  });
});

describe('the estimate', () => {
  const five = { price: [0, 5_000_000] } as const;
  const estimate = async (made: World, request: ChatRequest) =>
    (await made.router.plan('m', made.majordomo, { request })).candidates[0]?.estimateNanoUsd;
  const m = { choose: ['a/x'] };

  it('is that of an answer as long as it may be, 1,000 tokens where nothing is said', async () => {
    const made = world({ 'a/x': five }, { m });
    expect(await estimate(made, hi)).toBe(5_000_000n);
    expect(await estimate(made, { ...hi, maxTokens: 2000 })).toBe(10_000_000n);
  });

  it('is that of what the model can write, where that is less', async () => {
    const facts = { maxOutputTokens: 500 };
    expect(await estimate(world({ 'a/x': { ...five, facts } }, { m }), hi)).toBe(2_500_000n);
    const capabilities = { maxOutputTokens: 100 };
    expect(await estimate(world({ 'a/x': { ...five, facts, capabilities } }, { m }), hi)).toBe(500_000n);
  });

  it('is unknown if a plan includes the call', async () => {
    expect(await estimate(world({ 'a/x': { ...five, billing: 'included' } }, { m }), hi)).toBeUndefined();
  });

  it('is that of the tier that is asked for', async () => {
    const { catalog } = world({}, {});
    const tiers = { flex: { output: 1_000_000 } };
    const price = {
      from: '2026-01-01',
      rates: { input: 0, output: 5_000_000 },
      tiers,
      sources: [],
      trust: 'single',
    } as const;
    const known = catalog.with([{ vendor: 'vendor-a', id: 'x', prices: [price] }]);
    const made = world({ 'a/x': {} }, { m }, { catalog: known });
    expect(await estimate(made, { ...hi, serviceTier: 'flex' })).toBe(1_000_000n);
    expect(await estimate(made, { ...hi, serviceTier: 'default' })).toBe(5_000_000n);
  });
});

describe('the chain of a choice', () => {
  const five = { 'a/x': {}, 'b/x': {}, 'c/x': {}, 'd/x': {}, 'e/x': {} };
  const all = Object.keys(five);

  it.each<[string, Omit<Choice, 'choose'>, string]>([
    ['three where nothing else is said', {}, 'a/x,b/x,c/x'],
    ['as many as are wanted', { most: 1 }, 'a/x'],
    ['all, where more are wanted than there are', { most: 9 }, 'a/x,b/x,c/x,d/x,e/x'],
    ['the fallback besides, as the last', { most: 2, fallback: 'e/x,d/x' }, 'a/x,b/x,e/x,d/x'],
    ['the fallback as the last, also where it is the best', { most: 2, fallback: 'a/x' }, 'b/x,c/x,a/x'],
  ])('has %s', async (_, choice, expected) => {
    const made = world(five, { m: { choose: all, ...choice } });
    expect(await order(made, 'm')).toBe(expected);
  });

  it('is the fallback alone where nothing else is left, and says so', async () => {
    const made = world(
      { 'a/x': { capabilities: { tools: false } }, 'b/x': {} },
      { m: { choose: ['a/x'], needs: { tools: true }, fallback: 'b/x' } },
    );
    const plan = await made.router.plan('m', made.majordomo);
    expect(plan).toMatchObject({ chain: 'b/x', reason: 'fallback', candidates: [] });
    expect(plan.rejected).toEqual([{ target: 'a/x', why: 'does not support tools' }]);
    expect((await made.majordomo.model('m').generate(hi)).target).toBe('b/x');
  });

  it('fails over as any chain does: nobody else has a say in that', async () => {
    const made = world(five, { m: { choose: all } });
    made.majordomo.health.bench('a/x', 60_000);
    const { target, attempts } = await made.majordomo.model('m').generate(hi);
    expect([target, attempts.length]).toEqual(['b/x', 1]);
  });
});

describe('a target is turned away', () => {
  const cases: readonly [
    string,
    Parameters<typeof world>[0][string],
    Needs,
    ChatRequest,
    string | undefined,
  ][] = [
    ['that was retired', { facts: { retires: '2026-11-20' } }, {}, hi, 'was retired on 2026-11-20'],
    [
      'on the day that it is retired',
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
      'that does not support tools, where tools are needed',
      { facts: { tools: false } },
      { tools: true },
      hi,
      'does not support tools',
    ],
    [
      'not for tools that its provider knows it takes',
      { facts: { tools: false }, capabilities: { tools: true } },
      {},
      { ...hi, tools },
      undefined,
    ],
    ['not for tools where nothing is known', {}, { tools: true }, hi, undefined],
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
      'that does not support images, where they are needed',
      { capabilities: { images: false } },
      { images: true },
      hi,
      'does not support images',
    ],
    [
      'not for images that it takes',
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
      'that does not support schemas, where one is needed',
      { facts: { structured: false } },
      { structured: true },
      hi,
      'does not support schemas',
    ],
    [
      'not for a schema that it is told',
      { facts: { structured: false }, capabilities: { output: 'instruct' } },
      { structured: true },
      hi,
      undefined,
    ],
    [
      'that thinks, where that is not wanted',
      { facts: { reasoning: true } },
      { reasoning: false },
      hi,
      'uses reasoning, which is excluded',
    ],
    [
      'that does not support reasoning, where that is wanted',
      { capabilities: { reasoning: false } },
      { reasoning: true },
      hi,
      'does not support reasoning',
    ],
    ['not for thinking that nobody asked about', { facts: { reasoning: true } }, {}, hi, undefined],
    [
      'whose context is too small for the request',
      { capabilities: { contextTokens: 1000 } },
      {},
      { messages: [long] },
      'its context of 1000 tokens is too small for about',
    ],
    [
      'whose context is too small for the answer',
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
      'not whose context is as large as needed',
      { facts: { contextTokens: 1000 } },
      { contextTokens: 1000 },
      hi,
      undefined,
    ],
    [
      'whose input is too small',
      { facts: { contextTokens: 100_000, maxInputTokens: 1000 } },
      {},
      { messages: [long] },
      'its input of at most 1000 tokens is too small',
    ],
    [
      'that is too dear',
      { price: [0, 5_000_000] },
      { maxUsdPerCall: '0.004' },
      hi,
      'costs about $0.0050 per call, more than $0.0040',
    ],
    ['not at the price that was set', { price: [0, 5_000_000] }, { maxUsdPerCall: '0.005' }, hi, undefined],
    [
      'whose price is unknown, where one was set',
      {},
      { maxUsdPerCall: '1' },
      hi,
      'its price is unknown, so $1.00 per call cannot be guaranteed',
    ],
    ['not where a plan pays', { billing: 'included' }, { maxUsdPerCall: '0' }, hi, undefined],
  ];

  it.each(cases)('%s', async (_, fake, needs, request, why) => {
    const made = world({ 'a/x': fake, 'b/x': {} }, { m: { choose: ['a/x'], needs, fallback: 'b/x' } });
    const { rejected, chain } = await made.router.plan('m', made.majordomo, { request });
    if (why === undefined) expect([rejected, chain]).toEqual([[], 'a/x,b/x']);
    else expect(rejected[0]?.why.startsWith(why) ? why : rejected[0]?.why).toBe(why);
  });

  it.each<[string, Parameters<typeof world>[0][string], readonly string[]]>([
    ['the context that is as large', { facts: { contextTokens: 1000 } }, []],
    [
      'a smaller context',
      { facts: { contextTokens: 999 } },
      ['its context of 999 tokens is too small for about 1000'],
    ],
    ['the input that is as large', { facts: { maxInputTokens: 1000 } }, []],
    [
      'a smaller input',
      { facts: { maxInputTokens: 999 } },
      ['its input of at most 999 tokens is too small for about 1000'],
    ],
  ])('without a request, for 1,000 tokens of input: %s', async (_, fake, reasons) => {
    const made = world({ 'a/x': fake, 'b/x': {} }, { m: { choose: ['a/x'], fallback: 'b/x' } });
    const { rejected } = await made.router.plan('m', made.majordomo);
    expect(rejected.map(({ why }) => why)).toEqual(reasons);
  });

  it('for having no provider, and the others are asked', async () => {
    const made = world({ 'a/x': {} }, { m: { choose: ['nobody/y', 'nothing', 'a/x'] } });
    const { rejected, chain } = await made.router.plan('m', made.majordomo);
    expect(chain).toBe('a/x');
    expect(rejected).toEqual([
      { target: 'nobody/y', why: expect.stringContaining('unknown provider "nobody"') },
      { target: 'nothing', why: expect.stringContaining('unknown name "nothing"') },
    ]);
    expect((await made.majordomo.model('m').generate(hi)).target).toBe('a/x');
  });

  it('and where nothing is left, the call fails with every reason', async () => {
    const made = world(
      { 'a/x': { capabilities: { tools: false } } },
      { m: { choose: ['a/x', 'nobody/y'], needs: { tools: true } } },
    );
    for (const work of [made.majordomo.model('m').generate(hi), made.router.plan('m', made.majordomo)]) {
      const error = await failure(work);
      const { code, path } = error.details;
      expect([error.kind, code, path]).toEqual(['config', 'nothing-left', 'presets.m']);
      expect(error.message).toContain(
        'preset "m" has no suitable target and no fallback (a/x: does not support tools; nobody/y:',
      );
    }
    expect(made.providers[0]?.requests).toEqual([]);
  });
});

describe('what is assumed', () => {
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
  ])('is a warning if %s', async (_, fake, quality, by, expected) => {
    const m = { choose: ['a/x', 'b/x'], by };
    const made = world({ 'a/x': fake, 'b/x': fake }, { m }, { quality: { ...quality } });
    expect((await made.router.plan('m', made.majordomo)).warnings).toEqual(expected);
  });

  it('is told: no price, no quality', async () => {
    const made = world(three, { m: { choose: [...choose, 'new/x'] } }, { quality }, {});
    made.router.set('m', { choose: ['mid/x', 'bare'] });
    made.majordomo.alias('bare', 'nowhere/x');
    const known = world({ ...three, 'new/x': {} }, { m: { choose: ['mid/x', 'new/x'] } }, { quality });
    const plan = await known.router.plan('m', known.majordomo, { request: hi });
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
    ['rejects with something odd', () => Promise.reject(Object(7) as Error), '7'],
    ['answers with nothing', () => Promise.resolve(null), undefined],
  ])('is told, and costs no call: a catalog that %s', async (_, find, why) => {
    const { catalog } = world({}, {});
    const broken = { ...catalog, find } as Catalog;
    const made = world({ 'a/x': {} }, { m: { choose: ['a/x'] }, n: 'a/x' }, { catalog: broken });
    for (const name of ['m', 'n']) {
      const { chain, warnings } = await made.router.plan(name, made.majordomo);
      expect(chain).toBe('a/x');
      if (why !== undefined) expect(warnings).toContain(`the catalog could not be read: ${why}`);
    }
    expect((await made.majordomo.model('m').generate(hi)).target).toBe('a/x');
  });

  it('is told: what will end', async () => {
    const made = world(
      { 'a/x': { facts: { retires: '2027-01-01' } }, 'b/x': { facts: { status: 'deprecated' } } },
      { m: { choose: ['a/x', 'b/x'], by: { cost: 0, speed: 1, quality: 0 } } },
    );
    const { warnings } = await made.router.plan('m', made.majordomo);
    expect(warnings).toEqual(['a/x will be retired on 2027-01-01', 'b/x is deprecated']);
  });
});
