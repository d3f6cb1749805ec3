import { LlmError, type CallEvent } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { createRouter, type Preset, type RouterOptions } from '../src/index.ts';
import { failureOf, hi, setUpRouter } from './support/fixture.ts';

const configErrorOf = (options: unknown): LlmError => {
  try {
    createRouter(options as RouterOptions);
  } catch (error) {
    if (LlmError.is(error, 'config')) return error;
  }
  throw new Error('createRouter did not throw a config error');
};

describe('createRouter', () => {
  it.each<[string, unknown, string, RegExp]>([
    ['no options', undefined, 'options', /must be an object/],
    ['a mistyped option', { presets: {}, qualities: {} }, 'qualities', /did you mean "quality"/],
    ['no presets', {}, 'presets', /presets is missing/],
    ['a quality beyond 1', { presets: {}, quality: { 'a/x': 2 } }, 'quality.a/x', /from 0 to 1, not 2/],
    ['a quality that is NaN', { presets: {}, quality: { 'a/x': NaN } }, 'quality.a/x', /not NaN/],
    ['simpleTurns without `use`', { presets: {}, simpleTurns: {} }, 'simpleTurns.use', /must be a spec/],
    [
      'a function `is` that is a number',
      { presets: {}, simpleTurns: { use: 'a/x', is: 7 } },
      'simpleTurns.is',
      /function/,
    ],
    ['no catalog', { presets: {}, catalog: {} }, 'catalog', /^createRouter: catalog .*object with find/],
    ['no ledger', { presets: {}, ledger: {} }, 'ledger', /^createRouter: ledger .*object with state/],
    ['no clock', { presets: {}, clock: {} }, 'clock', /^createRouter: clock .*object with now/],
    ['a list of qualities', { presets: {}, quality: [] }, 'quality', /^createRouter: quality .*object/],
    ['a number of simple turns', { presets: {}, simpleTurns: 7 }, 'simpleTurns', /^createRouter: .*object/],
    ['a key that is a number', { presets: {}, overrideKey: 7 }, 'overrideKey', /^createRouter: .*string/],
    [
      'an unknown option of simple turns',
      { presets: {}, simpleTurns: { use: 'a/x', when: 1 } },
      'simpleTurns.when',
      /the members are use, is/,
    ],
    ['an empty key', { presets: {}, overrideKey: '' }, 'overrideKey', /must not be empty/],
  ])('rejects %s', (_, options, path, message) => {
    const error = configErrorOf(options);
    expect(error.details.path).toBe(path);
    expect(error.message).toMatch(message);
  });

  it.each<[string, unknown, string, RegExp]>([
    ['a number', 7, 'presets.m', /must be a spec/],
    ['null', null, 'presets.m', /must be a spec/],
    ['an empty spec', '', 'presets.m', /empty element/],
    ['a gap', 'a/x,,b/y', 'presets.m', /empty element/],
    ['no spec', { with: {} }, 'presets.m.spec', /must be a spec/],
    [
      'a setting in the wrong place',
      { spec: 'a/x', seed: 7 },
      'presets.m.seed',
      /the members are spec, with/,
    ],
    ['settings that are none', { spec: 'a/x', with: 7 }, 'presets.m.with', /object/],
    [
      'a mistyped setting',
      { spec: 'a/x', with: { resoning: 'high' } },
      'presets.m.with.resoning',
      /did you mean "reasoning"/,
    ],
    ['nothing to choose', { choose: [] }, 'presets.m.choose', /must not be empty/],
    ['a choice that is no list', { choose: 'a/x' }, 'presets.m.choose', /must be an array/],
    ['a chain in a choice', { choose: ['a/x,b/y'] }, 'presets.m.choose[0]', /not a chain/],
    ['a number in a choice', { choose: ['a/x', 7] }, 'presets.m.choose[1]', /must be a spec/],
    [
      'an unknown strategy',
      { choose: ['a/x'], by: 'cost-efective' },
      'presets.m.by',
      /must be one of .*did you mean "cost-effective"/,
    ],
    ['a strategy of all objects', { choose: ['a/x'], by: 'constructor' }, 'presets.m.by', /must be one of /],
    [
      'weights below 0',
      { choose: ['a/x'], by: { cost: -1, speed: 1, quality: 1 } },
      'presets.m.by.cost',
      /not -1/,
    ],
    [
      'a missing weight',
      { choose: ['a/x'], by: { cost: 1, speed: 1 } },
      'presets.m.by.quality',
      /is missing/,
    ],
    [
      'weights that are all 0',
      { choose: ['a/x'], by: { cost: 0, speed: 0, quality: 0 } },
      'presets.m.by',
      /above 0/,
    ],
    [
      'infinite weights',
      { choose: ['a/x'], by: { cost: Infinity, speed: 0, quality: 0 } },
      'presets.m.by.cost',
      /not Infinity/,
    ],
    ['none at all', { choose: ['a/x'], most: 0 }, 'presets.m.most', /1 or more, not 0/],
    [
      'a mistyped need',
      { choose: ['a/x'], needs: { tool: true } },
      'presets.m.needs.tool',
      /did you mean "tools"/,
    ],
    [
      'a price that is a number',
      { choose: ['a/x'], needs: { maxUsdPerCall: 0.05 } },
      'presets.m.needs.maxUsdPerCall',
      /such as '0.05'/,
    ],
    [
      'a price with a comma',
      { choose: ['a/x'], needs: { maxUsdPerCall: '0,05' } },
      'presets.m.needs.maxUsdPerCall',
      /decimal/,
    ],
    [
      'a context that is not a number',
      { choose: ['a/x'], needs: { contextTokens: NaN } },
      'presets.m.needs.contextTokens',
      /not NaN/,
    ],
    ['a list', ['a/x'], 'presets.m', /must be a spec, { spec, with }, { choose, … } or a function/],
    ['an unknown option', { choose: ['a/x'], when: 1 }, 'presets.m.when', /the members are choose, by/],
    ['needs that are a list', { choose: ['a/x'], needs: [] }, 'presets.m.needs', /must be an object/],
    ['a bad fallback', { choose: ['a/x'], fallback: 'b/y,' }, 'presets.m.fallback', /empty element/],
  ])('rejects a preset with %s by its name, also in router.set', (_, preset, path, message) => {
    const error = configErrorOf({ presets: { m: preset } });
    expect(error.details.path).toBe(path);
    expect(error.message).toMatch(message);
    const router = createRouter({ presets: { m: 'a/x' } });
    expect(() => {
      router.set('m', preset as Preset);
    }).toThrow(error.message);
    expect(router.names()).toEqual(['m']);
  });

  it.each([['a b,c'], ['a/x'], [''], [' a']])('rejects a name that a spec cannot contain: "%s"', (name) => {
    expect(configErrorOf({ presets: { [name]: 'a/x' } }).message).toMatch(
      /a name must not be empty, contain/,
    );
  });

  it.each<[string, Record<string, Preset>, string]>([
    ['itself', { m: 'a/x,m' }, 'm -> m'],
    ['itself with settings', { m: { spec: 'm', with: {} } }, 'm -> m'],
    ['itself as a choice', { m: { choose: ['a/x', 'm'] } }, 'm -> m'],
    ['itself as the fallback', { m: { choose: ['a/x'], fallback: 'm' } }, 'm -> m'],
    ['one that refers to it', { m: 'n', n: { choose: ['o'] }, o: { spec: 'a/x, m' } }, 'm -> n -> o -> m'],
  ])('rejects a preset that refers to %s', (_, presets, path) => {
    const error = configErrorOf({ presets });
    expect([error.details.code, error.details.path, error.message]).toEqual([
      'preset-circle',
      'presets.m',
      `preset "m" refers to itself: ${path}; remove one of these references`,
    ]);
  });

  it('reports the presets of a cycle, without the preset that leads to it', () => {
    const { details, message } = configErrorOf({ presets: { start: 'a/x,m', m: 'n', n: 'b/y,m' } });
    expect(details.path).toBe('presets.m');
    expect(message).toBe('preset "m" refers to itself: m -> n -> m; remove one of these references');
  });

  it('router.set rejects a cycle, and the preset stays unchanged', async () => {
    const { majordomo, router } = setUpRouter({ 'a/x': {} }, { m: 'n', n: 'a/x' });
    expect(() => {
      router.set('n', 'm');
    }).toThrow('preset "m" refers to itself: m -> n -> m; remove one of these references');
    expect((await router.plan('n', majordomo)).chain).toBe('a/x');
  });

  it('accepts 60 presets that name others twice without a cycle', () => {
    const deep = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`n${at}`, `n${at + 1},n${at + 1},a/x`]),
    );
    expect(createRouter({ presets: deep }).names()).toHaveLength(60);
  });
});

it.each<Preset>([
  { spec: 'a/x', with: undefined },
  {
    spec: 'a/x',
    with: {
      maxTokens: 1,
      temperature: 1,
      topP: 1,
      stop: ['a'],
      seed: 1,
      reasoning: 'high',
      cache: { prefix: 'long' },
      extra: {},
      timeouts: {},
      policy: {},
    },
  },
  {
    choose: ['a/x'],
    by: { cost: 0, speed: 0, quality: 1 },
    most: 1,
    needs: {
      tools: true,
      images: false,
      structured: true,
      reasoning: false,
      contextTokens: 0,
      maxUsdPerCall: '0',
    },
    fallback: 'a/x',
  },
  { choose: ['a/x'], by: undefined, most: undefined, needs: undefined, fallback: undefined },
])('accepts a preset with every option (%#)', (preset) => {
  expect(createRouter({ presets: { m: preset } }).names()).toEqual(['m']);
});

describe('a plan', () => {
  it.each<[Record<string, Preset>, string]>([
    [{}, 'unknown preset "fats" (known: none)'],
    [{ fast: 'a/x' }, 'unknown preset "fats" (known: fast); did you mean "fast"?'],
    [{ deep: 'a/x', other: 'a/x' }, 'unknown preset "fats" (known: deep, other)'],
  ])('of an unknown name fails and lists the presets in %j', async (presets, message) => {
    const { majordomo, router } = setUpRouter({ 'a/x': {} }, presets);
    const error = await failureOf(router.plan('fats', majordomo));
    expect([error.kind, error.details.code, error.message]).toEqual(['config', 'unknown-name', message]);
  });

  it('of a rule that returns undefined fails like the call', async () => {
    const { majordomo, router } = setUpRouter({ 'a/x': {} }, { now: () => undefined });
    expect((await failureOf(router.plan('now', majordomo))).details.code).toBe('unknown-name');
  });

  it('of a name that is also an alias reports that the preset is never used', async () => {
    const { majordomo, router } = setUpRouter(
      { 'a/x': {} },
      { fast: 'a/x' },
      {},
      { aliases: { fast: 'a/x' } },
    );
    const { kind, message, details } = await failureOf(router.plan('fast', majordomo));
    expect(message).toContain('the preset "fast" is never used');
    expect([kind, details.code, details.path]).toEqual(['config', 'shadowed', 'presets.fast']);
  });

  it('of a chain whose target has no provider fails like the call', async () => {
    const { majordomo, router } = setUpRouter({ 'a/x': {} }, { fast: 'missing/x,a/x' });
    for (const work of [router.plan('fast', majordomo), majordomo.model('fast').generate(hi)])
      expect((await failureOf(work)).details.code).toBe('unknown-provider');
  });

  it('can be made for a majordomo without the router', async () => {
    const { majordomo, router } = setUpRouter({ 'a/x': {} }, { fast: 'a/x' }, {}, { resolvers: [] });
    expect((await router.plan('fast', majordomo)).chain).toBe('a/x');
    expect((await failureOf(majordomo.resolve('fast'))).details.code).toBe('unknown-name');
  });

  it('passes a copy of the metadata to a rule', async () => {
    const received: unknown[] = [];
    const { majordomo, router } = setUpRouter(
      { 'a/x': {} },
      { rule: ({ call }) => (received.push({ ...call?.metadata }), 'a/x') },
    );
    await router.plan('rule', majordomo, {
      call: { id: '1', spec: 'rule', tenant: 't', metadata: { plan: 'gold' } },
    });
    expect(received).toEqual([{ plan: 'gold' }]);
    expect(Reflect.ownKeys(received[0] as object)).toEqual(['plan']);
  });
});

it('ignores an event of an unknown type', () => {
  const router = createRouter({ presets: {} });
  router.onEvent({ type: 'later' } as unknown as CallEvent);
});

describe('router.plan', () => {
  const { router, majordomo } = setUpRouter({ 'a/x': {} }, { best: { choose: ['a/x'] } });

  it.each<[unknown]>([[undefined], [null], [7], [{}], [{ with: 7 }]])(
    'rejects %j in place of a majordomo, and names createMajordomo',
    async (value) => {
      const error = await failureOf(router.plan('best', value as typeof majordomo));
      expect([error.kind, error.message]).toEqual([
        'config',
        'plan: expected the result of createMajordomo as the second argument',
      ]);
    },
  );

  it('rejects an invalid request with the path of the problem', async () => {
    const request = { messages: 'hi' } as unknown as typeof hi;
    expect(await failureOf(router.plan('best', majordomo, { request }))).toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining('messages must be an array'),
    });
  });
});
