import { describe, expect, it } from 'vitest';
import {
  createMajordomo,
  LlmError,
  user,
  type CallOptions,
  type Gate,
  type Majordomo,
  type MajordomoOptions,
  type NamedSpec,
} from '../src/index.ts';
import { failure } from './support/failure.ts';
import { world } from './support/world.ts';

const request = { messages: [user('hi')] };

/** Invalid values by the type of the valid ones. */
const WRONG = {
  number: ['many', '5', null, true, {}, [], NaN, -1, -Infinity, 10n],
  word: ['mayn', null, 5, {}],
  cache: ['mayn', null, 5],
  function: ['many', null, 5, {}, []],
  object: ['many', null, 5, true, [], () => 1, new Map([['a', 'b']]), new Headers({ a: 'b' })],
  array: ['many', null, 5, {}, () => 1],
  string: [5, null, true, {}, []],
  boolean: ['no', null, 1, {}],
  finite: ['many', null, {}, []],
} as const;
type Type = keyof typeof WRONG;

const CALL: Readonly<Record<string, Type>> = {
  attempts: 'number',
  backoff: 'object',
  'backoff.baseMs': 'number',
  'backoff.capMs': 'number',
  retryAfterCapMs: 'number',
  timeouts: 'object',
  'timeouts.connectMs': 'number',
  'timeouts.idleMs': 'number',
  'timeouts.totalMs': 'number',
  'timeouts.unreadMs': 'number',
  policy: 'object',
  'policy.auth': 'object',
  'policy.empty.accept': 'boolean',
  'policy.server.retry': 'boolean',
  afterCommit: 'word',
  hedgeAfterMs: 'number',
  leastCharsPerSecond: 'number',
  slowWindowMs: 'number',
  whenAllBenched: 'word',
  classify: 'function',
  order: 'function',
};

const ONE_CALL: Readonly<Record<string, Type>> = {
  ...CALL,
  signal: 'object',
  tenant: 'string',
  metadata: 'object',
  onEvent: 'function',
  repairs: 'number',
  waitUntil: 'function',
};

const VIEW: Readonly<Record<string, Type>> = {
  providers: 'array',
  aliases: 'object',
  resolvers: 'array',
  'resolvers[0]': 'function',
  env: 'object',
  fetch: 'function',
  headers: 'object',
  chain: 'object',
  ...Object.fromEntries(Object.entries(CALL).map(([path, type]) => [`chain.${path}`, type])),
  gates: 'array',
  'gates[0]': 'object',
  'gates[0].timeoutMs': 'number',
  'gates[0].precheck': 'function',
  media: 'object',
  onEvent: 'function',
  around: 'function',
  suggestModel: 'function',
  waitUntil: 'function',
};

const SET_UP: Readonly<Record<string, Type>> = {
  ...VIEW,
  clock: 'object',
  random: 'function',
  health: 'object',
  'health.threshold': 'number',
  'health.cooldownMs': 'number',
  'health.cooldownCapMs': 'number',
  'health.retryAfterCapMs': 'number',
};

const SETTINGS: Readonly<Record<string, Type>> = {
  maxTokens: 'number',
  temperature: 'number',
  topP: 'number',
  stop: 'array',
  seed: 'finite',
  reasoning: 'word',
  cache: 'cache',
  'cache.prefix': 'word',
  'cache.after': 'number',
  extra: 'object',
  timeouts: 'object',
  'timeouts.totalMs': 'number',
  policy: 'object',
  'policy.auth.advance': 'boolean',
};

const steps = (path: string): readonly string[] => path.split(/[.[]/);

/** Returns `{ a: { b: value } }` for `a.b`, and `{ a: [value] }` for `a[0]`. */
function optionsAt(path: string, value: unknown): object {
  return steps(path).reduceRight<unknown>((inner, step, at, all) => {
    if (step !== '0]') return { [step]: inner };
    if (at === all.length - 1) return [inner];
    return [{ name: 'g', admit: () => undefined, ...(inner as object) }];
  }, value) as object;
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

const configAt = (path: string): unknown =>
  expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) as object });

describe('an option of the wrong type is rejected with its path', () => {
  it.each(Object.entries(SET_UP))('%s of createMajordomo', (path, type) => {
    for (const invalidValue of WRONG[type]) {
      const options = { providers: [], ...optionsAt(path, invalidValue) } as MajordomoOptions;
      expect(
        thrownBy(() => createMajordomo(options)),
        String(invalidValue),
      ).toEqual(configAt(path));
    }
  });

  it.each(Object.entries(VIEW))('%s of a view', (path, type) => {
    const { majordomo } = world({ 'a/x': ['hi'] });
    for (const invalidValue of WRONG[type]) {
      expect(
        thrownBy(() => majordomo.with(optionsAt(path, invalidValue))),
        String(invalidValue),
      ).toEqual(configAt(path));
    }
  });

  it.each(Object.entries(ONE_CALL))('%s of a call, and nothing is sent', async (path, type) => {
    const { majordomo, requestCounts } = world({ 'a/x': ['hi'] });
    const model = majordomo.model('a/x');
    for (const invalidValue of WRONG[type]) {
      const options = optionsAt(path, invalidValue) as CallOptions;
      const errors = [
        await failure(model.generate(request, options)),
        await failure(model.stream(request, options).response()),
        await failure(model.generateObject({ ...request, output: { type: 'object' } }, options)),
      ];
      for (const error of errors) expect(error, String(invalidValue)).toEqual(configAt(path));
    }
    expect(requestCounts.size).toBe(0);
  });

  it.each(Object.entries(SETTINGS))('%s of a named spec', (path, type) => {
    const { majordomo } = world({ 'a/x': ['hi'] });
    for (const invalidValue of WRONG[type]) {
      const meaning = { spec: 'a/x', with: optionsAt(path, invalidValue) } as NamedSpec;
      const invalidPath = `aliases.fast.with.${path}`;
      expect(
        thrownBy(() => {
          majordomo.alias('fast', meaning);
        }),
        String(invalidValue),
      ).toEqual(configAt(invalidPath));
      expect(
        thrownBy(() => majordomo.with({ aliases: { fast: meaning } })),
        String(invalidValue),
      ).toEqual(configAt(invalidPath));
    }
  });

  it('rejects an invalid resolver and environment that are added later', () => {
    const { majordomo } = world({ 'a/x': ['hi'] });
    const add = (majordomo: Majordomo, invalidValue: unknown): readonly unknown[] => [
      thrownBy(() => {
        majordomo.resolver(invalidValue as never);
      }),
      thrownBy(() => majordomo.loadEnv(invalidValue as never)),
    ];
    for (const invalidValue of ['many', null, 5, []]) {
      expect(add(majordomo, invalidValue)).toEqual([configAt('resolvers[0]'), configAt('env')]);
    }
    expect(add(majordomo, undefined)[0]).toEqual(configAt('resolvers[0]'));
  });

  it('rejects options that are not an object', async () => {
    const { majordomo } = world({ 'a/x': ['hi'] });
    for (const invalidValue of ['many', null, 5, [], () => 1]) {
      expect(thrownBy(() => createMajordomo(invalidValue as never))).toEqual(configAt('options'));
      expect(thrownBy(() => majordomo.with(invalidValue as never))).toEqual(configAt('options'));
      expect(await failure(majordomo.model('a/x').generate(request, invalidValue as never))).toEqual(
        configAt('options'),
      );
    }
  });
});

it('accepts 0 (if it disables) and Infinity as numbers', () => {
  const chain = { attempts: Infinity, backoff: { baseMs: 0 }, timeouts: { idleMs: 0, totalMs: Infinity } };
  expect(() => createMajordomo({ providers: [], chain, health: { cooldownMs: 0 } })).not.toThrow(LlmError);
});

describe('chain options nested as in createMajordomo', () => {
  const misplaced = (path: string): unknown =>
    expect.objectContaining({
      kind: 'config',
      message: `${path} is not an option; pass its members instead`,
      details: expect.objectContaining({ path }) as object,
    });
  const chain = { timeouts: { totalMs: 1000 } };

  it('are rejected in a call, and nothing is sent', async () => {
    const { majordomo, requestCounts } = world({ 'a/x': ['hi'] });
    const model = majordomo.model('a/x');
    const options = { chain } as CallOptions;
    const output = { type: 'object' };
    const errors = [
      await failure(model.generate(request, options)),
      await failure(model.stream(request, options).response()),
      await failure(model.generateObject({ ...request, output }, options)),
    ];
    for (const error of errors) expect(error).toEqual(misplaced('chain'));
    expect(requestCounts.size).toBe(0);
  });

  it.each([
    ['signal', new AbortController().signal],
    ['tenant', 't'],
    ['metadata', {}],
    ['key', 'k'],
    ['repairs', 2],
    ['onRawResponse', () => undefined],
    ['waitUntil', () => undefined],
    ['onEvent', () => undefined],
  ])('reject %s, which is an option of a call', (name, value) => {
    const options = { providers: [], chain: { [name]: value } } as MajordomoOptions;
    const message = `chain.${name} is not an option; pass it to each call`;
    expect(thrownBy(() => createMajordomo(options))).toMatchObject({ kind: 'config', message });
  });

  it('are rejected inside themselves', () => {
    const nested = { providers: [], chain: { chain } } as MajordomoOptions;
    expect(thrownBy(() => createMajordomo(nested))).toEqual(misplaced('chain.chain'));
  });
});

describe('a name of another library', () => {
  const value = (name: string): unknown => (name.startsWith('on') ? () => undefined : {});

  it.each([
    ['abortSignal', 'use signal'],
    ['maxRetries', 'use attempts, which includes the first attempt'],
    ['headers', 'pass it to createMajordomo or majordomo.with'],
    ['onFinish', 'await the response, or use onEvent'],
    ['timeout', 'use timeouts: { totalMs }'],
    ['temperature', 'it is a member of the request, which is the first argument'],
  ])('%s is rejected in a call, and nothing is sent', async (name, remedy) => {
    const { majordomo, requestCounts } = world({ 'a/x': ['hi'] });
    const model = majordomo.model('a/x');
    const options = { [name]: value(name) } as CallOptions;
    const errors = [
      await failure(model.generate(request, options)),
      await failure(model.stream(request, options).response()),
      await failure(model.generateObject({ ...request, output: { type: 'object' } }, options)),
      await failure(majordomo.embeddingModel('a/x').embed({ values: ['hi'] }, options)),
    ];
    for (const error of errors) {
      expect(error).toEqual(configAt(name));
      expect(error.message).toBe(`${name} is not an option; ${remedy}`);
    }
    expect(requestCounts.size).toBe(0);
  });

  it('is ignored in a call if its value is undefined', async () => {
    const { majordomo } = world({ 'a/x': ['hi'] });
    const options = { abortSignal: undefined } as CallOptions;
    expect((await majordomo.model('a/x').generate(request, options)).text).toBe('hi');
  });

  it.each([
    ['abortSignal', 'pass signal to each call'],
    ['signal', 'pass it to each call'],
    ['maxRetries', 'write chain: { attempts }, which includes the first attempt'],
    ['attempts', 'write chain: { attempts }'],
    ['timeouts', 'write chain: { timeouts }'],
    ['afterCommit', 'write chain: { afterCommit }'],
    ['policy', 'write chain: { policy }'],
    ['hedgeAfterMs', 'write chain: { hedgeAfterMs }'],
    ['classify', 'write chain: { classify }'],
    ['cooldownMs', 'write health: { cooldownMs }'],
    ['apiKey', 'pass it to the provider'],
    ['temperature', 'it is a member of a request; an alias sets a default with { spec, with }'],
  ])('%s is rejected by createMajordomo and with', (name, remedy) => {
    const { majordomo } = world({ 'a/x': ['hi'] });
    const options = { [name]: value(name) };
    const message = `${name} is not an option; ${remedy}`;
    expect(() => createMajordomo({ providers: [], ...options })).toThrow(message);
    expect(() => majordomo.with(options)).toThrow(message);
  });

  it('and any other unknown name is rejected by createMajordomo with the names of the options', () => {
    const options = { providers: [], zzz: 1 };
    expect(() => createMajordomo(options)).toThrow(
      /^zzz is not an option; the options are providers, aliases, resolvers, suggestModel, env, fetch, headers, chain, /,
    );
    const unset = { providers: [], zzz: undefined };
    expect(() => createMajordomo(unset)).not.toThrow();
  });

  it('is rejected inside chain', () => {
    const options = { providers: [], chain: { maxRetries: 2 } } as MajordomoOptions;
    expect(() => createMajordomo(options)).toThrow(
      'chain.maxRetries is not an option; use attempts, which includes the first attempt',
    );
  });
});

it('an object of a class is accepted by its methods', () => {
  class Lock implements Gate {
    readonly name = 'lock';
    admits = 0;
    admit(): undefined {
      this.admits++;
      return undefined;
    }
  }
  const gate = new Lock();
  expect(() => createMajordomo({ providers: [], gates: [gate], env: process.env })).not.toThrow(LlmError);
});
