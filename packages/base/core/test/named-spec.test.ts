import { describe, expect, it } from 'vitest';
import {
  type AttemptInfo,
  type CallEvent,
  type ChatRequest,
  type NamedSpec,
  type Resolver,
} from '../src/index.ts';
import { failure } from './support/failure.ts';
import { hi, world } from './support/world.ts';

/** Returns a `generate` that returns the settings that the target receives. */
function setUp(aliases: Readonly<Record<string, string | NamedSpec>>, resolvers: readonly Resolver[] = []) {
  const attempts: AttemptInfo[] = [];
  const gate = { name: 'look', admit: (info: AttemptInfo) => void attempts.push(info) };
  const setup = world({ 'a/x': ['a'], 'b/y': [{ fail: 'auth' }] }, { aliases, resolvers, gates: [gate] });
  const generate = async (spec: string, request: Partial<ChatRequest> = {}, options = {}) => {
    const response = await setup.majordomo.model(spec).generate({ ...hi, ...request }, options);
    return { ...attempts.at(-1)!.request, response };
  };
  return { ...setup, generate, attempts };
}

describe('a name with settings', () => {
  it('applies them to its targets', async () => {
    const { generate } = setUp({
      deep: { spec: 'a/x', with: { reasoning: 'high', maxTokens: 9, cache: 'long' } },
    });
    expect(await generate('deep')).toMatchObject({
      reasoning: 'high',
      maxTokens: 9,
      cache: { prefix: 'long' },
    });
    expect((await generate('a/x')).reasoning).toBeUndefined();
  });

  it('is overridden by the caller, field by field', async () => {
    const { generate } = setUp({
      deep: {
        spec: 'a/x',
        with: { reasoning: 'high', seed: 7, extra: { a: { one: 1 }, scripted: { two: 2 } } },
      },
    });
    const request = await generate('deep', {
      reasoning: 'low',
      seed: undefined,
      extra: { a: { one: 'own' } },
    });
    expect(request).toMatchObject({ reasoning: 'low', seed: 7, extra: { one: 'own', two: 2 } });
  });

  it('overrides the names within it', async () => {
    const { generate } = setUp({
      outer: { spec: 'inner', with: { reasoning: 'low' } },
      inner: { spec: 'a/x', with: { reasoning: 'high', seed: 7 } },
    });
    expect(await generate('outer')).toMatchObject({ reasoning: 'low', seed: 7 });
  });

  it('adds the extra members of the names within it', async () => {
    const { generate } = setUp({
      outer: { spec: 'inner', with: { extra: { a: { one: 'outer' } } } },
      inner: { spec: 'a/x', with: { extra: { a: { one: 'inner' }, scripted: { two: 2 } } } },
    });
    expect((await generate('outer')).extra).toEqual({ one: 'outer', two: 2 });
  });

  it('is the name of the attempt if it is the innermost', async () => {
    const { generate } = setUp({ outer: 'inner', inner: { spec: 'a/x' } });
    expect((await generate('outer')).response.attempts[0]?.name).toBe('inner');
  });

  it('adds its arm to the call', async () => {
    const { generate } = setUp({
      outer: { spec: 'inner', arm: 'canary' },
      inner: { spec: 'a/x', arm: 'new' },
    });
    const arms: unknown[] = [];
    const onEvent = (event: CallEvent): void =>
      void (event.type === 'call-start' && arms.push(event.call.arms));
    await generate('outer', {}, { onEvent });
    await generate('inner', {}, { onEvent });
    await generate('a/x', {}, { onEvent });
    expect(arms).toEqual([{ outer: 'canary', inner: 'new' }, { inner: 'new' }, undefined]);
  });

  it('is refused if its arm is not a string', () => {
    const aliases: object = { fast: { spec: 'a/x', arm: 5 } };
    expect(() => setUp(aliases as Record<string, NamedSpec>)).toThrow('aliases.fast.arm must be a string');
  });

  it('sets policy and timeouts of its targets, which the call overrides', async () => {
    const tolerant: NamedSpec = { spec: 'b/y', with: { policy: { auth: { advance: true } } } };
    const { majordomo } = setUp({ tolerant });
    const { target } = await majordomo.model('tolerant,a/x').generate(hi);
    expect(target).toBe('a/x');
    const strict = { policy: { auth: { advance: false } } };
    expect((await failure(majordomo.model('tolerant,a/x').generate(hi, strict))).kind).toBe('auth');
    expect((await failure(majordomo.model('b/y,a/x').generate(hi))).kind).toBe('auth');
  });

  it('has timeouts that end an attempt', async () => {
    const { majordomo, clock } = world(
      { 'a/x': [{ stall: true }] },
      { aliases: { brisk: { spec: 'a/x', with: { timeouts: { firstContentMs: 100 } } } } },
    );
    const error = failure(majordomo.model('brisk').generate(hi, { attempts: 1 }));
    await clock.advance(100);
    expect((await error).details.phase).toBe('first-content');
  });

  it('may be set later, and come from a resolver', async () => {
    const { majordomo, generate } = setUp({}, [(name) => ({ spec: 'a/x', with: { seed: name.length } })]);
    expect((await generate('four')).seed).toBe(4);
    majordomo.alias('four', { spec: 'a/x', with: { seed: 1 } });
    expect((await generate('four')).seed).toBe(1);
  });

  it.each<[string, unknown, string]>([
    ['no spec', { with: {} }, 'aliases.deep'],
    ['settings that are not an object', { spec: 'a/x', with: 7 }, 'aliases.deep.with'],
    ['a mistyped setting', { spec: 'a/x', with: { resoning: 'high' } }, 'aliases.deep.with.resoning'],
    [
      'a mistyped timeout',
      { spec: 'a/x', with: { timeouts: { idlMs: 1 } } },
      'aliases.deep.with.timeouts.idlMs',
    ],
  ])('is rejected with %s', async (_, meaning, path) => {
    const error = await failure((async () => setUp({ deep: meaning as NamedSpec }))());
    expect([error.kind, error.details.path]).toEqual(['config', path]);
    const { majordomo } = setUp({});
    const later = await failure(
      (async () => {
        majordomo.alias('deep', meaning as NamedSpec);
      })(),
    );
    expect(later.details.path).toBe(path);
  });

  it('is rejected by the call with values that no target takes', async () => {
    const { generate } = setUp({ deep: { spec: 'a/x', with: { maxTokens: 1.5 } } });
    expect((await failure(generate('deep'))).details.path).toBe('maxTokens');
  });
});

describe('a resolver', () => {
  it('may resolve other names and read their health', async () => {
    const resolver: Resolver = async (name, { majordomo }) => {
      if (name !== 'best') return undefined;
      const targets = await majordomo.resolve('one,two');
      return targets.find(({ target }) => majordomo.health.snapshot()[target] === undefined)?.target;
    };
    const { majordomo, generate } = setUp({ one: 'b/y', two: 'a/x' }, [resolver]);
    majordomo.health.bench('b/y', 1000);
    expect((await generate('best')).response.target).toBe('a/x');
  });

  it('that resolves its own name gets a cycle error', async () => {
    const resolver: Resolver = async (name, { majordomo }) => {
      const [first] = await majordomo.resolve(name === 'one' ? 'two' : 'one');
      return first?.target;
    };
    const { generate } = setUp({}, [resolver]);
    const error = await failure(generate('one'));
    expect([error.kind, error.details.code]).toEqual(['config', 'alias-cycle']);
    expect(error.message).toContain('one -> two -> one');
  });
});
