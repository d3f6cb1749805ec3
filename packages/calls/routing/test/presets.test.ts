import { catalog } from '@majordomo/catalog';
import { createMajordomo, LlmError, user, type CallEvent, type Resolver } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it, vi } from 'vitest';
import { createRouter, type Turn } from '../src/index.ts';
import { failureOf, hi, setUpRouter } from './support/fixture.ts';

const twoTargets = { 'a/x': {}, 'b/y': {} };

describe('a preset', () => {
  it('can be a chain', async () => {
    const { majordomo } = setUpRouter(twoTargets, { fast: 'b/y,a/x' });
    expect((await majordomo.model('fast').generate(hi)).target).toBe('b/y');
  });

  it('that is a chain is resolved synchronously', () => {
    const { resolver } = createRouter({ presets: { fast: 'b/y,a/x' } });
    const context = { call: undefined, request: undefined, path: [], signal: new AbortController().signal };
    const { majordomo } = setUpRouter(twoTargets, {});
    expect(resolver('fast', { ...context, majordomo })).toBe('b/y,a/x');
    expect(resolver('another', { ...context, majordomo })).toBeUndefined();
  });

  it('can be a chain with settings', async () => {
    const { majordomo, providers } = setUpRouter(twoTargets, {
      deep: { spec: 'a/x', with: { reasoning: 'high', seed: 7 } },
    });
    await majordomo.model('deep').generate({ ...hi, seed: 8 });
    expect(providers[0]?.requests[0]?.request).toMatchObject({ reasoning: 'high', seed: 8 });
  });

  it('can be a rule, which is called for each call', async () => {
    const live = { model: 'a/x' };
    const { majordomo } = setUpRouter(twoTargets, { current: () => live.model });
    const model = majordomo.model('current');
    const first = await model.generate(hi);
    live.model = 'b/y';
    expect([first.target, (await model.generate(hi)).target]).toEqual(['a/x', 'b/y']);
  });

  it('can be a rule that receives the call and the request', async () => {
    const { majordomo } = setUpRouter(twoTargets, {
      mine: async ({ call, request }) => {
        await Promise.resolve();
        return call?.tenant === 'lab' && request?.maxTokens === 9 ? 'a/x' : 'b/y';
      },
    });
    const model = majordomo.model('mine');
    const lab = await model.generate({ ...hi, maxTokens: 9 }, { tenant: 'lab' });
    expect([lab.target, (await model.generate(hi)).target]).toEqual(['a/x', 'b/y']);
  });

  it('can name others, whose settings apply', async () => {
    const { majordomo, providers } = setUpRouter(twoTargets, {
      outer: 'inner,b/y',
      inner: { choose: ['deep'] },
      deep: { spec: 'a/x', with: { seed: 7 } },
    });
    const { attempts } = await majordomo.model('outer').generate(hi);
    expect(attempts[0]).toMatchObject({ target: 'a/x', name: 'deep' });
    expect(providers[0]?.requests[0]?.request.seed).toBe(7);
  });

  it('that returns undefined leaves the name to the next resolver', async () => {
    const later: Resolver = (name) => (name === 'current' ? 'b/y' : undefined);
    const { majordomo } = setUpRouter(twoTargets, { current: () => undefined });
    expect((await failureOf(majordomo.model('current').generate(hi))).details.code).toBe('unknown-name');
    majordomo.resolver(later);
    expect((await majordomo.model('current').generate(hi)).target).toBe('b/y');
  });

  it('that is a choice resolves its names for the tenant of the call', async () => {
    const { majordomo, router } = setUpRouter(twoTargets, { best: { choose: ['mine', 'b/y'], most: 1 } });
    const tenants: unknown[] = [];
    majordomo.resolver((name, { call }) => {
      if (name !== 'mine') return undefined;
      tenants.push(call?.tenant);
      return 'a/x';
    });
    const call = { id: '1', spec: 'best', tenant: 'lab', metadata: {} };
    expect((await router.plan('best', majordomo, { ...hi, call })).chain).toBe('mine');
    expect(new Set(tenants)).toEqual(new Set(['lab']));
  });

  it('that is a choice passes the request, call and signal to its rules', async () => {
    const turns: Turn[] = [];
    const mine = (turn: Turn) => (turns.push(turn), 'a/x');
    const { majordomo } = setUpRouter(twoTargets, { best: { choose: ['mine'] }, mine });
    const controller = new AbortController();
    const options = { tenant: 'lab', metadata: { team: 7 }, signal: controller.signal };
    await majordomo.resolve('best', { request: hi, ...options });
    controller.abort();
    expect(turns.length).toBeGreaterThan(0);
    for (const { request, call, signal } of turns) {
      expect(request).toMatchObject(hi);
      expect(call).toMatchObject({ tenant: 'lab', metadata: { team: 7 } });
      expect(signal.aborted).toBe(true);
    }
  });

  it('can be set, changed and removed between two calls', async () => {
    const { majordomo, router } = setUpRouter(twoTargets, { fast: 'a/x' });
    router.set('slow', { choose: ['b/y'] });
    expect(router.names()).toEqual(['fast', 'slow']);
    router.set('fast', 'slow');
    expect((await majordomo.model('fast').generate(hi)).target).toBe('b/y');
    router.set('fast', undefined);
    expect((await failureOf(majordomo.model('fast').generate(hi))).details.code).toBe('unknown-name');
  });

  it('is not resolved for an unknown name or a name of an object property', async () => {
    const { majordomo, router } = setUpRouter(twoTargets, { fast: 'a/x' });
    for (const name of ['other', 'constructor', '__proto__'])
      expect((await failureOf(majordomo.model(name).generate(hi))).details.code).toBe('unknown-name');
    expect(router.names()).toEqual(['fast']);
  });
});

it('a plan is aborted while the catalog does not answer', async () => {
  const find = vi.fn(() => new Promise<never>(() => undefined));
  const router = createRouter({ presets: { fast: 'a/x' }, catalog: { ...catalog, find } });
  const provider = fakeProvider({ id: 'a', vendor: 'openai', models: { x: [] } });
  const controller = new AbortController();
  const { signal } = controller;
  const failure = failureOf(router.plan('fast', createMajordomo({ providers: [provider] }), { signal }));
  await expect.poll(() => find.mock.calls.length).toBe(1);
  controller.abort();
  expect((await failure).kind).toBe('aborted');
});

describe('a rule that fails', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'throws an error',
      () => {
        throw new Error('no route today');
      },
      /no route today/,
    ],
    [
      'throws a value that is not an error',
      () => {
        const odd: unknown = { toString: null };
        throw odd;
      },
      /./,
    ],
    ['returns a number', () => 7, /function of preset "odd" must return a spec.*number/],
    ['returns an object', () => ({ choose: ['a/x'] }), /preset "odd".*object/],
    ['returns an invalid spec', () => 'a/x,,b/y', /empty element/],
    ['returns a target without a provider', () => 'missing/x', /unknown provider "missing"/],
  ])('and %s ends the call with an LlmError', async (_, rule, message) => {
    const { majordomo } = setUpRouter(twoTargets, { odd: rule as () => string });
    const error = await failureOf(majordomo.model('odd').generate(hi));
    expect(LlmError.is(error)).toBe(true);
    expect(error.message).toMatch(message);
  });

  it('and returns a number ends the call with the code bad-spec', async () => {
    const { majordomo } = setUpRouter(twoTargets, { odd: (() => 7) as never });
    const { kind, details } = await failureOf(majordomo.model('odd').generate(hi));
    expect([kind, details.code, details.path]).toEqual(['config', 'bad-spec', 'presets.odd']);
  });

  it('and never resolves does not delay an abort', async () => {
    const { majordomo, router } = setUpRouter(twoTargets, {
      hangs: () => new Promise<string>(() => undefined),
    });
    const controller = new AbortController();
    const failures = [
      failureOf(majordomo.model('hangs').generate(hi, { signal: controller.signal })),
      failureOf(router.plan('hangs', majordomo, { signal: controller.signal })),
    ];
    await Promise.resolve();
    controller.abort();
    expect((await Promise.all(failures)).map(({ kind }) => kind)).toEqual(['aborted', 'aborted']);
  });

  it('and returns its own name is reported as a cycle', async () => {
    const { majordomo, router } = setUpRouter(twoTargets, {
      mirror: () => 'mirror',
      one: () => 'two',
      two: 'one',
    });
    expect((await failureOf(majordomo.model('mirror').generate(hi))).message).toBe(
      'alias cycle: mirror -> mirror; change one of these aliases',
    );
    expect((await failureOf(router.plan('one', majordomo))).message).toContain('one -> two -> one');
  });

  it('and leads a choice back to itself is reported as a cycle', async () => {
    const { majordomo } = setUpRouter(twoTargets, {
      best: { choose: ['a/x', 'again'] },
      again: () => 'best',
    });
    const error = await failureOf(majordomo.model('best').generate(hi));
    expect([error.details.code, error.message]).toEqual([
      'alias-cycle',
      'alias cycle: best -> again -> best; change one of these aliases',
    ]);
  });
});

describe('names of executors', () => {
  /** Creates executors as a daemon does: each reads its model from the environment at each call. */
  function executors(env: Record<string, string | undefined>) {
    const from = (provider: string, variable: string) => (): string | undefined => {
      const model = env[variable];
      return model === undefined ? undefined : `${provider}/${model}`;
    };
    const events: CallEvent[] = [];
    const setup = setUpRouter(
      { 'anthropic/opus': {}, 'cerebras/reasoner': {}, 'cf/llama': {} },
      {
        claude_opus: 'claude_live,cerebras_reasoning',
        claude_live: from('anthropic', 'CLAUDE_MODEL'),
        cerebras_reasoning: from('cerebras', 'REASONING_MODEL'),
        cerebras_mid: from('cerebras', 'MID_MODEL'),
        workers_ai: 'cf/llama',
        // Executor that is not a model. It has a separate dispatch.
        claude_code: () => undefined,
      },
      {},
      { onEvent: (event) => events.push(event) },
    );
    return { ...setup, events };
  }

  it('are resolved with the current environment', async () => {
    const env: Record<string, string> = { CLAUDE_MODEL: 'opus', REASONING_MODEL: 'reasoner' };
    const { majordomo } = executors(env);
    expect((await majordomo.model('claude_opus').generate(hi)).target).toBe('anthropic/opus');
    env['CLAUDE_MODEL'] = 'gone';
    const error = await failureOf(majordomo.model('claude_live').generate(hi));
    expect(error.details.target).toBe('anthropic/gone');
  });

  it('that are not models are unknown names', async () => {
    const { majordomo } = executors({});
    expect((await failureOf(majordomo.model('claude_code').generate(hi))).details.code).toBe('unknown-name');
  });

  it('are reported with the target that answered, on the response and in the events', async () => {
    const env = { CLAUDE_MODEL: 'opus', REASONING_MODEL: 'mid' };
    const { majordomo, events } = executors(env);
    majordomo.health.bench('anthropic/opus', 60_000);
    const response = await majordomo
      .model('claude_opus,workers_ai')
      .generate({ messages: [user('hi')] }, { policy: { config: { advance: true } } });
    expect(response).toMatchObject({ target: 'cf/llama', spec: 'claude_opus,workers_ai' });
    expect(response.attempts.at(-1)).toMatchObject({ outcome: 'finished', name: 'workers_ai' });
    const ended = events.filter(({ type }) => type === 'attempt-end').at(-1);
    expect(ended).toMatchObject({ result: { target: 'cf/llama', name: 'workers_ai', outcome: 'finished' } });
  });
});

it('createRouter requires only presets', () => {
  expect(createRouter({ presets: {} }).names()).toEqual([]);
});
