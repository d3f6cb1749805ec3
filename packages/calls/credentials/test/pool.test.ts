import { inspect } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import {
  createMajordomo,
  LlmError,
  user,
  type Credential,
  type Env,
  type ImageBackend,
  type Majordomo,
  type Model,
  type Provider,
} from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { fakeClock } from '@majordomo/testing';
import { memoryVault, pooled, secret, vaultKey, type PoolOptions } from '../src/index.ts';

type Answer = (key: string, call: number) => LlmError | undefined | Promise<LlmError | undefined>;

/** Creates providers that respond with the key of the request. */
function backend(answer: Answer, usedKeys: string[] = []): (apiKey: Credential, keyId: string) => Provider {
  return (apiKey) => {
    const use = async (context: {
      target: string;
      signal: AbortSignal;
      credential?(value: string): void;
    }): Promise<string> => {
      const key =
        typeof apiKey === 'string' ? apiKey : await apiKey({ signal: context.signal, rejected: undefined });
      context.credential?.(key);
      usedKeys.push(key);
      const error = await answer(key, usedKeys.length);
      if (error !== undefined) throw error;
      return key;
    };
    const model = (id: string): Model => ({
      id,
      families: [],
      capabilities: {},
      async *stream(_request, context) {
        const key = await use(context);
        const writer = new EventWriter(context.target);
        yield [...writer.start(), ...writer.text(key), ...writer.finish('stop', 'stop', undefined)];
      },
    });
    const imageModel = (id: string): ImageBackend => ({
      id,
      generate: async (_request, context) => {
        const key = await use(context);
        return {
          images: [{ type: 'image', mediaType: 'image/png', data: new TextEncoder().encode(key) }],
          usage: undefined,
          warnings: [],
          target: context.target,
        } as never;
      },
      async *generateStream(request, context) {
        yield await imageModel(id).generate(request, context);
      },
    });
    return {
      spi: 1,
      id: 'p',
      vendor: 'acme',
      model,
      imageModel,
      embeddingModel: (id) => ({
        id,
        space: 'words',
        async embed({ values }, context) {
          await use(context);
          const vectors = values.map(() => Float32Array.of(1));
          return { vectors, target: context.target, usage: undefined, warnings: [] };
        },
      }),
      transcriptionModel: (id) => ({
        id,
        maxBytes: 9,
        async transcribe(_request, context) {
          const text = await use(context);
          const unknownFields = { language: undefined, durationMs: undefined, usage: undefined };
          return { text, segments: [], target: context.target, warnings: [], ...unknownFields };
        },
        async *transcribeStream(_request, context) {
          const text = await use(context);
          yield text;
          const unknownFields = { language: undefined, durationMs: undefined, usage: undefined };
          yield { text, segments: [], target: context.target, warnings: [], ...unknownFields };
        },
      }),
      speechModel: (id) => ({
        id,
        async *speak(_request, context) {
          yield { mediaType: 'audio/wav', bytes: new TextEncoder().encode(await use(context)) };
        },
      }),
      listModels: async (context) => [{ id: await use(context), provider: 'p', capabilities: {} }],
    };
  };
}

function setUp(
  answer: Answer,
  options: Partial<PoolOptions> = {},
  settings: object = {},
  onEvent?: (event: unknown) => void,
): {
  usedKeys: string[];
  clock: ReturnType<typeof fakeClock>;
  provider: ReturnType<typeof pooled>;
  callModel: () => Promise<string>;
  majordomo: ReturnType<typeof createMajordomo>;
} {
  const usedKeys: string[] = [];
  const clock = fakeClock(1_000_000);
  const provider = pooled(backend(answer, usedKeys), {
    keys: ['k1', 'k2', 'k3'],
    clock,
    random: () => 0.99,
    ...options,
  });
  const majordomo = createMajordomo({
    providers: [provider],
    clock,
    random: () => 0,
    chain: { attempts: 1, ...settings },
    onEvent,
  });
  const callModel = async (): Promise<string> =>
    (await majordomo.model('p/m').generate({ messages: [user('hi')] })).text;
  return { usedKeys, clock, provider, callModel, majordomo };
}

const keyError = (
  kind: 'auth' | 'rate-limit' | 'quota' | 'billing' | 'server',
  retryAfterMs?: number,
): LlmError => new LlmError(kind, `${kind} it is`, { retryAfterMs, target: 'p/m' });

describe('after a failure of a key the pool uses the next one', () => {
  it.each(['auth', 'rate-limit', 'quota', 'billing'] as const)(
    '%s, within the same attempt, with a warning that contains no key',
    async (kind) => {
      const { callModel, usedKeys, majordomo, provider } = setUp((key) =>
        key === 'k1' ? keyError(kind) : undefined,
      );
      const response = await majordomo.model('p/m').generate({ messages: [user('hi')] });
      expect(response.text).toBe('k2');
      expect(usedKeys).toEqual(['k1', 'k2']);
      expect(response.warnings).toEqual([
        expect.objectContaining({ what: 'sent with key "2" instead of key "1"' }),
      ]);
      expect(JSON.stringify(response.warnings)).not.toContain('k1');
      expect(majordomo.health.snapshot()).toEqual({});
      expect(provider.pool.snapshot()[0]?.state).toBe(kind === 'auth' ? 'dead' : 'resting');
      expect(await callModel()).toBe('k2');
    },
  );

  it('without a limit on the number of keys', async () => {
    const keys = Array.from({ length: 9 }, (_, at) => `key-${at}`);
    const { callModel, usedKeys } = setUp((key) => (key === 'key-8' ? undefined : keyError('auth')), {
      keys,
    });
    expect(await callModel()).toBe('key-8');
    expect(usedKeys).toEqual(keys);
  });

  it('but not after another failure', async () => {
    const { callModel, usedKeys } = setUp(() => keyError('server'));
    await expect(callModel()).rejects.toMatchObject({ kind: 'server' });
    expect(new Set(usedKeys)).toEqual(new Set(['k1']));
  });

  it('declares the data handling on which the providers of all keys agree', () => {
    const create = (_apiKey: unknown, keyId: string): Provider => ({
      spi: 1,
      id: 'p',
      data: () => ({ region: keyId === '3' ? 'us' : 'eu', retentionDays: 0 }),
      model: () => {
        throw new Error('not called');
      },
    });
    const { data } = pooled(create, { keys: ['k1', 'k2', 'k3'] });
    expect(typeof data === 'function' ? data('m', {}) : data).toEqual({ retentionDays: 0 });
  });

  it('also for images, embeddings, transcripts, speech and lists of models', async () => {
    const { majordomo, usedKeys, provider } = setUp((key) => (key === 'k1' ? keyError('quota') : undefined));
    await majordomo.imageModel('p/m').generate({ prompt: 'a cat' });
    expect(usedKeys).toEqual(['k1', 'k2']);
    provider.pool.revive('1');
    await majordomo.embeddingModel('p/m').embed({ values: ['one'] });
    provider.pool.revive('1');
    const audio = new Uint8Array(9);
    const transcript = await majordomo
      .transcriptionModel('p/m')
      .transcribe({ audio, mediaType: 'audio/wav' });
    provider.pool.revive('1');
    const { audio: message } = await majordomo.speechModel('p/m').speak({ text: 'hi' });
    expect([transcript.text, new TextDecoder().decode(message)]).toEqual(['k2', 'k2']);
    expect(usedKeys).toEqual(['k1', 'k2', 'k1', 'k2', 'k1', 'k2', 'k1', 'k2']);
    provider.pool.revive('1');
    const list = await provider.listModels?.({ target: 'p', signal: new AbortController().signal, env: {} });
    expect(list?.[0]?.id).toBe('k2');
  });
});

describe.each([
  ['images', (to: Majordomo) => to.imageModel('p/m').stream({ prompt: 'a cat' })],
  [
    'transcripts',
    (to: Majordomo) =>
      to.transcriptionModel('p/m').stream({ audio: new Uint8Array(9), mediaType: 'audio/wav' }),
  ],
])('streamed %s', (_, open) => {
  it('continue with the next key after a failure, and end the rests of a key that succeeds', async () => {
    let isFine = false;
    const { majordomo, usedKeys, provider, clock } = setUp((key) =>
      key === 'k1' && !isFine ? keyError('rate-limit') : undefined,
    );
    const read = async (): Promise<number> => {
      for await (const event of open(majordomo)) if (event.type === 'done') break;
      const restMs = Math.max(0, (provider.pool.snapshot()[0]?.until ?? 0) - clock.now());
      await clock.advance(restMs);
      return restMs / 60_000;
    };
    expect([await read(), await read()]).toEqual([1, 2]);
    expect(usedKeys).toEqual(['k1', 'k2', 'k1', 'k2']);
    isFine = true;
    await read();
    isFine = false;
    expect(await read()).toBe(1);
  });

  it('report a key whose provider does not stream', async () => {
    const create = backend(() => undefined);
    const withoutStream = (apiKey: Credential, keyId: string): Provider => {
      const provider = create(apiKey, keyId);
      if (keyId === '1') return provider;
      return {
        ...provider,
        imageModel: (id) => ({ ...provider.imageModel?.(id), generateStream: undefined }) as never,
        transcriptionModel: (id) =>
          ({ ...provider.transcriptionModel?.(id), transcribeStream: undefined }) as never,
      };
    };
    const provider = pooled(withoutStream, { keys: ['k1', 'k2'], strategy: 'round-robin' });
    const majordomo = createMajordomo({ providers: [provider], chain: { attempts: 1 } });
    const read = async (): Promise<void> => {
      for await (const _event of open(majordomo));
    };
    await read();
    await expect(read()).rejects.toThrow('the provider of key 2 does not support this operation');
  });
});

describe('a key that the provider renews', () => {
  const renewal = { id: 'credential', what: 'renewed', apply: (request: never): never => request };
  const renewable = new LlmError('auth', 'rejected', { recover: renewal });

  it('is renewed once, for each of many keys', async () => {
    const keys = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6'];
    const answer: Answer = (_key, call) => (call % 2 === 1 ? renewable : keyError('auth'));
    const { callModel, usedKeys } = setUp(answer, { keys });
    await expect(callModel()).rejects.toMatchObject({ kind: 'auth' });
    expect(usedKeys).toEqual(keys.flatMap((key) => [key, key]));
  });

  it('is renewed once for a list of models', async () => {
    const { provider, usedKeys } = setUp(() => renewable);
    const context = { target: 'p', signal: new AbortController().signal, env: {} };
    await expect(provider.listModels?.(context)).rejects.toMatchObject({ kind: 'auth' });
    expect(usedKeys).toEqual(['k1', 'k1']);
  });
});

it('the error of a list of models has the target if no key can be used', async () => {
  const { provider, usedKeys } = setUp(() => new LlmError('auth', 'rejected'));
  const context = { target: 'p', signal: new AbortController().signal, env: {} };
  await expect(provider.listModels?.(context)).rejects.toMatchObject({ details: { target: 'p' } });
  expect(usedKeys).toEqual(['k1', 'k2', 'k3']);
});

it('a list of models tries no other key after an abort', async () => {
  const controller = new AbortController();
  const { provider, usedKeys } = setUp(() => {
    controller.abort();
    return keyError('auth');
  });
  const context = { target: 'p', signal: controller.signal, env: {} };
  await expect(provider.listModels?.(context)).rejects.toMatchObject({ kind: 'auth' });
  expect(usedKeys).toEqual(['k1']);
});

it('a pool has the id, vendor and billing of its provider', () => {
  const create = backend(() => undefined);
  const inner = (key: Credential, id: string): Provider => ({ ...create(key, id), billing: 'included' });
  expect(pooled(inner, { keys: ['k1', 'k2'] })).toMatchObject({
    spi: 1,
    id: 'p',
    vendor: 'acme',
    billing: 'included',
  });
});

it('a dead key stays dead if its source fails', async () => {
  let isBroken = false;
  const key = (): string => {
    if (isBroken) throw new Error('no vault');
    return 'old';
  };
  const { callModel } = setUp(
    () => keyError('auth'),
    { keys: [{ id: 'a', key }] },
    { whenAllBenched: 'try-soonest' },
  );
  await expect(callModel()).rejects.toMatchObject({ kind: 'auth' });
  isBroken = true;
  await expect(callModel()).rejects.toMatchObject({ details: { code: 'pool-empty' } });
});

it('masks all keys of the pool in errors and snapshots', async () => {
  const keys: PoolOptions['keys'] = [
    'pool-key-a',
    secret('pool-key-b'),
    { id: 'c', key: () => 'pool-key-c' },
  ];
  const error = (key: string): LlmError => {
    const message = `not ${key}, but pool-key-a, pool-key-b or ${btoa('pool-key-a')}`;
    const details = { target: 'p/m', body: message, code: message, requestId: message };
    return new LlmError(key === 'pool-key-b' ? 'billing' : 'auth', message, details, {
      cause: new Error(message),
    });
  };
  const events: unknown[] = [];
  const { callModel, provider } = setUp(error, { keys }, {}, (event) => events.push(event));
  const errors = [
    await callModel().catch((error: unknown) => error),
    await callModel().catch((error: unknown) => error),
  ];
  expect(events.length).toBeGreaterThan(0);
  const output = inspect([errors, events, provider.pool.snapshot()], { depth: 20 });
  expect(output).not.toMatch(/pool-key-[abc]|cG9vbC1rZXkt/);
});

describe('without a usable key', () => {
  it('the error is thrown and counted once for health', async () => {
    const { callModel, usedKeys, majordomo } = setUp(
      (key) => keyError('rate-limit', key === 'k2' ? 30_000 : 90_000),
      {},
      { retryAfterCapMs: 1000 },
    );
    await expect(callModel()).rejects.toMatchObject({
      kind: 'rate-limit',
      details: { retryAfterMs: 30_000 },
    });
    expect(usedKeys).toEqual(['k1', 'k2', 'k3']);
    const { credentials, ...target } = majordomo.health.snapshot()['p/m'] ?? {};
    expect(target).toMatchObject({ state: 'healthy', benches: 0 });
    expect(Object.values(credentials ?? {})).toEqual([
      expect.objectContaining({ state: 'benched', benches: 1, until: 1_030_000 }),
    ]);
  });

  it('the next call fails without a request, with the time until the first key returns', async () => {
    const { callModel, usedKeys, clock, provider } = setUp(
      (key, call) => (call <= 3 ? keyError('rate-limit', key === 'k2' ? 30_000 : 90_000) : undefined),
      {},
      { whenAllBenched: 'try-soonest' },
    );
    await expect(callModel()).rejects.toThrow();
    await expect(callModel()).rejects.toMatchObject({
      message: expect.stringContaining('the first key is available again in 30 s'),
    });
    expect(usedKeys.length).toBe(3);
    await clock.advance(30_000);
    expect(provider.pool.snapshot().map(({ state }) => state)).toEqual(['resting', 'ok', 'resting']);
    expect(await callModel()).toBe('k2');
  });
});

describe('a key rests', () => {
  it('for a minute, doubled each time up to an hour, reset by a success', async () => {
    let isFine = false;
    const { callModel, clock, provider } = setUp((key) =>
      key === 'k1' && !isFine ? keyError('rate-limit') : undefined,
    );
    const rests: number[] = [];
    const fail = async (): Promise<void> => {
      await callModel();
      const restMs = (provider.pool.snapshot()[0]?.until ?? 0) - clock.now();
      rests.push(restMs / 60_000);
      await clock.advance(restMs);
    };
    for (let round = 0; round < 8; round++) await fail();
    expect(rests).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    isFine = true;
    expect(await callModel()).toBe('k1');
    isFine = false;
    await fail();
    expect(rests.at(-1)).toBe(1);
  });

  it('for a minute again after complete speech', async () => {
    let isFine = false;
    const { majordomo, clock, provider } = setUp((key) =>
      key === 'k1' && !isFine ? keyError('rate-limit') : undefined,
    );
    const speak = () => majordomo.speechModel('p/m').speak({ text: 'hi' });
    const fail = async (): Promise<number> => {
      await speak();
      const restMs = (provider.pool.snapshot()[0]?.until ?? 0) - clock.now();
      await clock.advance(restMs);
      return restMs / 60_000;
    };
    expect([await fail(), await fail()]).toEqual([1, 2]);
    isFine = true;
    await speak();
    isFine = false;
    expect(await fail()).toBe(1);
  });

  it('once for ten calls that fail at the same time', async () => {
    const waiting: (() => void)[] = [];
    const { callModel, provider, clock } = setUp(
      (key) =>
        key === 'k1'
          ? new Promise((resolve) =>
              waiting.push(() => {
                resolve(keyError('rate-limit'));
              }),
            )
          : undefined,
      { keys: ['k1', 'k2'] },
    );
    const calls = Array.from({ length: 10 }, callModel);
    await expect.poll(() => waiting.length).toBe(10);
    for (const fail of waiting) fail();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['k2']));
    expect(provider.pool.snapshot()[0]?.until).toBe(clock.now() + 60_000);
  });

  it('by rest and returns by revive', async () => {
    const { callModel, provider, clock } = setUp((key) => (key === 'k2' ? keyError('auth') : undefined));
    provider.pool.rest('1', 5000);
    expect(await callModel()).toBe('k3');
    provider.pool.revive('1');
    expect(await callModel()).toBe('k1');
    provider.pool.rest('2', 1);
    await clock.advance(10_000_000);
    expect(provider.pool.snapshot()[1]?.state).toBe('dead');
  });
});

test('a chain uses a revived key at once, although the failure of all keys has benched the pool', async () => {
  let isSpent = true;
  const pool = pooled(
    backend(() => (isSpent ? new LlmError('quota', 'spent') : undefined)),
    { keys: ['k1', 'k2'] },
  );
  const majordomo = createMajordomo({ providers: [pool], chain: { whenAllBenched: 'fail' } });
  const generate = async (): Promise<string> =>
    (await majordomo.model('p/m').generate({ messages: [user('hi')] })).text;
  await expect(generate()).rejects.toMatchObject({ kind: 'quota' });
  isSpent = false;
  await expect(generate()).rejects.toMatchObject({ details: { code: 'credential-benched' } });
  pool.pool.revive('2');
  expect(await generate()).toBe('k2');
});

test('a dead key is revived if its source returns another value and no other key is left', async () => {
  const vault = memoryVault();
  await vault.update('a', () => ({ kind: 'key', value: secret('old') }));
  const { callModel } = setUp(
    (key) => (key === 'old' ? keyError('auth') : undefined),
    { keys: [{ id: 'a', key: vaultKey(vault, 'a') }] },
    { whenAllBenched: 'try-soonest' },
  );
  await expect(callModel()).rejects.toMatchObject({ kind: 'auth' });
  await vault.update('a', () => ({ kind: 'key', value: secret('new') }));
  expect(await callModel()).toBe('new');
});

describe('the strategy', () => {
  it.each([
    ['fill-first', ['k1', 'k1', 'k1', 'k1']],
    ['round-robin', ['k1', 'k2', 'k3', 'k1']],
    ['least-used', ['k1', 'k2', 'k3', 'k1']],
    ['random', ['k3', 'k3', 'k3', 'k3']],
  ] as const)(
    '%s uses keys in its order, and equal keys in the order of the options',
    async (strategy, expected) => {
      const { callModel } = setUp(() => undefined, { strategy });
      const served: string[] = [];
      for (let call = 0; call < 4; call++) served.push(await callModel());
      expect(served).toEqual(expected);
    },
  );

  it.each(['fill-first', 'round-robin', 'least-used', 'random'] as const)(
    '%s with a lease of one divides ten calls evenly between two keys',
    async (strategy) => {
      const releases: (() => void)[] = [];
      const { callModel, provider } = setUp(
        () =>
          new Promise((resolve) =>
            releases.push(() => {
              resolve(undefined);
            }),
          ),
        { strategy, keys: ['k1', 'k2'], lease: 1 },
      );
      const calls = Array.from({ length: 10 }, callModel);
      await expect.poll(() => releases.length).toBe(10);
      const [one, two] = provider.pool.snapshot();
      expect(Math.abs((one?.inUse ?? 0) - (two?.inUse ?? 0))).toBeLessThanOrEqual(1);
      for (const release of releases) release();
      await Promise.all(calls);
      expect(provider.pool.snapshot().map(({ inUse }) => inUse)).toEqual([0, 0]);
    },
  );
});

test.each(['abort', 'abandon'])('a key is released after an %s', async (how) => {
  const { majordomo, provider } = setUp(() => new Promise(() => undefined), { keys: ['k1'] });
  const controller = new AbortController();
  const stream = majordomo.model('p/m').stream({ messages: [user('hi')] }, { signal: controller.signal });
  const reading = stream[Symbol.asyncIterator]();
  const next = reading.next().catch(() => undefined);
  await expect.poll(() => provider.pool.snapshot()[0]?.inUse).toBe(1);
  if (how === 'abort') controller.abort();
  else void reading.return?.();
  controller.abort();
  await next;
  await expect.poll(() => provider.pool.snapshot()[0]?.inUse).toBe(0);
});

test.each([
  ['a lease below one', { lease: 0 }],
  ['an unknown strategy', { strategy: 'other' as 'random' }],
])('%s is rejected before any request', (_, options) => {
  expect(() =>
    pooled(
      backend(() => undefined),
      { keys: ['a'], ...options },
    ),
  ).toThrow(LlmError);
});

test.each([1, -1, Number.NaN])('finds a key for the random number %s', async (number) => {
  const usedKeys: string[] = [];
  const provider = pooled(
    backend(() => undefined, usedKeys),
    { keys: ['a', 'b'], strategy: 'random', random: () => number },
  );
  const model = createMajordomo({ providers: [provider] }).model(`${provider.id}/m`);
  await model.generate({ messages: [user('hi')] });
  expect(usedKeys).toHaveLength(1);
});

it('creates the models of all keys with the environment', async () => {
  const environments: (Env | undefined)[] = [];
  const create = (key: Credential, id: string): Provider => {
    const provider = backend((used) => (used === 'a' ? new LlmError('auth', 'no') : undefined))(key, id);
    return {
      ...provider,
      model: (modelId, env) => {
        environments.push(env);
        return provider.model(modelId, env);
      },
    };
  };
  const env = { P_BASE_URL: 'https://proxy.test' };
  const majordomo = createMajordomo({ env, providers: [pooled(create, { keys: ['a', 'b'] })] });
  expect((await majordomo.model('p/m').generate({ messages: [user('hi')] })).text).toBe('b');
  expect(environments).toEqual([env, env, env]);
});
