import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { LlmError, type Credential, type ModelContext, type Provider, type Recovery } from '@majordomo/core';
import { fakeClock, type FakeClock } from '@majordomo/testing';
import { pooled, secret, type PoolOptions } from '../src/index.ts';
import { failureOf } from './support/outcomes.ts';

type Answer = (keyId: string) => LlmError | undefined | Promise<LlmError | undefined>;
type Operation = (request: unknown, context: ModelContext) => unknown;

const START = 1_000_000;
/** Members of a provider with models other than chat models, and the method of each. */
const OPERATIONS = {
  imageModel: 'generate',
  embeddingModel: 'embed',
  transcriptionModel: 'transcribe',
  speechModel: 'speak',
  rerankModel: 'rerank',
  moderationModel: 'moderate',
  classificationModel: 'classify',
} as const;

let clock: FakeClock;
let calls: { readonly keyId: string; readonly request: unknown; readonly context: ModelContext }[];

beforeEach(() => {
  [clock, calls] = [fakeClock(START), []];
});

/** Creates providers whose models return their member, model and key. */
const backend =
  (answer: Answer = () => undefined, members: readonly string[] = Object.keys(OPERATIONS)) =>
  (_key: Credential, keyId: string): Provider => {
    const run = async (name: string, request: unknown, context: ModelContext): Promise<string> => {
      calls.push({ keyId, request, context });
      const error = await answer(keyId);
      if (error !== undefined) throw error;
      return `${name} with key ${keyId}`;
    };
    const operations = members.map((member) => {
      const method = OPERATIONS[member as keyof typeof OPERATIONS];
      const of = (id: string): object => ({
        id,
        keyId,
        [method]:
          method === 'speak'
            ? async function* speak(request: unknown, context: ModelContext) {
                yield await run(`${member} ${id}`, request, context);
              }
            : (request: unknown, context: ModelContext) => run(`${member} ${id}`, request, context),
      });
      return [member, of];
    });
    return {
      spi: 1,
      id: 'p',
      model: () => {
        throw new Error('not called');
      },
      listModels: async (context) => [
        {
          id: await run('list', undefined, { delivery: 'deltas', ...context }),
          provider: 'p',
          capabilities: {},
        },
      ],
      ...(Object.fromEntries(operations) as object),
    };
  };

const contextWith = (context: Partial<ModelContext> = {}): ModelContext => ({
  target: 'p/m',
  delivery: 'complete',
  signal: new AbortController().signal,
  env: {},
  ...context,
});
const poolWith = (answer?: Answer, options: Partial<PoolOptions> = {}): ReturnType<typeof pooled> =>
  pooled(backend(answer), { keys: ['k1', 'k2', 'k3'], clock, ...options });
const rerank = (pool: Provider, context: Partial<ModelContext> = {}): Promise<unknown> =>
  pool.rerankModel?.('m').rerank({ query: 'q', documents: ['d'] }, contextWith(context)) ??
  Promise.reject(new Error('no model'));
const keyError = (kind: 'auth' | 'rate-limit' | 'quota' | 'billing', retryAfterMs?: number): LlmError =>
  new LlmError(kind, `${kind} it is`, { retryAfterMs });
const usedKeyIds = (): string[] => calls.map(({ keyId }) => keyId);

describe.each(Object.entries(OPERATIONS))('%s of a pool', (member, method) => {
  const open = (pool: Provider, id = 'm'): Record<string, unknown> & { [name in typeof method]: Operation } =>
    (Reflect.get(pool, member) as (id: string) => never)(id);
  const run = async (pool: Provider): Promise<unknown> => {
    const result = open(pool)[method]({ text: 'hi' }, contextWith({ env: { A: 'b' } }));
    if (method !== 'speak') return result;
    const steps: unknown[] = [];
    for await (const step of result as AsyncIterable<unknown>) steps.push(step);
    expect(steps).toHaveLength(1);
    return steps[0];
  };

  it('has the members of the model of the first key, and passes the call to the next key', async () => {
    const pool = poolWith(undefined, { strategy: 'round-robin' });
    expect(open(pool)).toEqual({ id: 'm', keyId: '1', [method]: expect.any(Function) as unknown });
    expect([await run(pool), await run(pool)]).toEqual([`${member} m with key 1`, `${member} m with key 2`]);
    expect(calls[0]?.request).toEqual({ text: 'hi' });
    expect(calls[0]?.context).toMatchObject({ target: 'p/m', env: { A: 'b' } });
  });

  it('recovers from a failure with the next key', async () => {
    const { details } = await failureOf(run(poolWith(() => keyError('quota'))));
    expect(details.recover?.id).toBe('key 1');
  });

  it('exists only if the provider of the first key has it', () => {
    const others = Object.keys(OPERATIONS).filter((other) => other !== member);
    const pool = pooled(backend(undefined, others), { keys: ['k1'] });
    expect(
      Object.keys(pool)
        .filter((name) => name.endsWith('Model'))
        .toSorted(),
    ).toEqual(others.toSorted());
  });

  it('rejects if the provider of the key does not have it', async () => {
    const create = backend();
    const pool = pooled(
      (key, id) => (id === '1' ? create(key, id) : { ...create(key, id), [member]: undefined }),
      { keys: ['k1', 'k2'], strategy: 'round-robin' },
    );
    await run(pool);
    expect(await failureOf(run(pool))).toMatchObject({
      kind: 'config',
      message: 'the provider of key 2 does not support this operation; remove the key',
    });
  });
});

describe('an attempt', () => {
  it('reports the pool as one credential, and the key does not see the credential of the pool', async () => {
    const names: string[] = [];
    const pool = poolWith(undefined, { strategy: 'round-robin' });
    for (let call = 0; call < 2; call++) await rerank(pool, { credential: (name) => void names.push(name) });
    expect(names[0]).toMatch(/^pool [0-9a-f-]{36}$/);
    expect([new Set(names).size, usedKeyIds()]).toEqual([1, ['1', '2']]);
    expect(calls.map(({ context }) => 'credential' in context)).toEqual([false, false]);
  });

  it('is counted while it runs, and leaves no listener', async () => {
    const { signal } = new AbortController();
    const pool = poolWith(() => {
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      expect(pool.pool.snapshot()[0]).toMatchObject({ inUse: 1, uses: 1 });
      return undefined;
    });
    await rerank(pool, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(pool.pool.snapshot()[0]).toEqual({
      id: '1',
      state: 'ok',
      until: undefined,
      why: undefined,
      inUse: 0,
      uses: 1,
    });
  });

  it('is not counted after its signal aborts', async () => {
    const controller = new AbortController();
    const counts: unknown[] = [];
    const pool = poolWith(() => {
      counts.push(pool.pool.snapshot()[0]?.inUse);
      controller.abort();
      counts.push(pool.pool.snapshot()[0]?.inUse);
      return undefined;
    });
    for (let call = 0; call < 2; call++) await rerank(pool, { signal: controller.signal });
    expect([counts, pool.pool.snapshot()[0]?.inUse]).toEqual([[1, 0, 0, 0], 0]);
  });

  it('continues with the key of its last recovery, or with another key if that key rests', async () => {
    const pool = poolWith((id) => (id === '3' ? undefined : keyError('quota')));
    const first = (await failureOf(rerank(pool))).details.recover as Recovery;
    const request = { messages: [] } as never;
    expect(first).toMatchObject({
      id: 'key 1',
      what: 'sent with key "2" instead of key "1"',
      changesCredential: true,
    });
    expect(first.apply(request)).toBe(request);
    const second = (await failureOf(rerank(pool, { recoveries: [first] }))).details.recover as Recovery;
    expect(second.id).toBe('key 2');
    await rerank(pool, { recoveries: [first, second] });
    expect(usedKeyIds()).toEqual(['1', '2', '3']);
    expect(calls.at(-1)?.context.recoveries).toEqual([first, second]);
    pool.pool.revive('1');
    pool.pool.revive('2');
    pool.pool.rest('3', 1000);
    await failureOf(rerank(pool, { recoveries: [first, second] }));
    expect(usedKeyIds().at(-1)).toBe('1');
  });

  it('uses a usable key again if every other key rests, without a request for the value of a dead key', async () => {
    const value = { b: 'old' };
    const keys = [
      { id: 'b', key: () => value.b },
      { id: 'a', key: 'k1' },
      { id: 'c', key: 'k2' },
    ];
    const pool = poolWith((id) => (id === 'b' ? keyError('auth') : keyError('rate-limit', 0)), { keys });
    await failureOf(rerank(pool));
    value.b = 'new';
    const { recover } = (await failureOf(rerank(pool))).details;
    pool.pool.rest('c', 1000);
    await failureOf(rerank(pool, { recoveries: recover === undefined ? [] : [recover] }));
    expect(usedKeyIds()).toEqual(['b', 'a', 'a']);
  });

  it.each([
    ['credential', { id: 'credential of key 1', what: 'changed', changesCredential: true }],
    ['other', { id: 'other', what: 'changed' }],
  ])('passes the recovery %j of a provider back to it, with the same key', async (id, expected) => {
    const inner: Recovery = { id, what: 'changed', apply: (request) => request };
    const pool = poolWith(() => new LlmError('auth', 'no', { recover: inner }), { strategy: 'round-robin' });
    const recover = (await failureOf(rerank(pool))).details.recover as Recovery;
    expect(recover).toEqual({ ...expected, apply: inner.apply });
    await failureOf(rerank(pool, { recoveries: [recover] }));
    expect(usedKeyIds()).toEqual(['1', '1']);
    expect(calls[1]?.context.recoveries?.[0]).toBe(inner);
    expect(pool.pool.snapshot()[0]?.state).toBe('ok');
  });

  it('of which no other key remains has the first end of a rest, and its target', async () => {
    const pool = poolWith((id) => keyError('rate-limit', id === '1' ? 9000 : 20_000), { keys: ['k1', 'k2'] });
    const { recover } = (await failureOf(rerank(pool))).details;
    const { details } = await failureOf(rerank(pool, { recoveries: recover === undefined ? [] : [recover] }));
    expect(details).toMatchObject({ retryAfterMs: 9000, target: 'p/m', recover: undefined });
  });

  it('of dead keys has the target and the waiting time of its own error', async () => {
    const error = new LlmError('auth', 'no', { target: 'p/other', retryAfterMs: 7 });
    const { details } = await failureOf(rerank(poolWith(() => error, { keys: ['k1'] })));
    expect(details).toMatchObject({ retryAfterMs: 7, target: 'p/other' });
  });

  it('reports a pool without a usable key, with the state of each key', async () => {
    const pool = poolWith((id) => keyError(id === '1' ? 'auth' : 'quota', 1500));
    for (let call = 0; call < 3; call++) await failureOf(rerank(pool));
    expect(await failureOf(rerank(pool))).toMatchObject({
      kind: 'rate-limit',
      message:
        'no key of p can be used: "1" is rejected (auth: auth it is); "2" is benched (quota: quota it is); "3" is benched (quota: quota it is); the first key is available again in 2 s',
      details: { target: 'p/m', retryAfterMs: 1500, code: 'pool-empty' },
    });
  });

  it('reports a pool of dead keys', async () => {
    const pool = poolWith(() => keyError('auth'), { keys: ['k1'] });
    await failureOf(rerank(pool));
    const { kind, message, details } = await failureOf(rerank(pool));
    expect([kind, message, details.retryAfterMs, details.code]).toEqual([
      'auth',
      'no key of p can be used: "1" is rejected (auth: auth it is); log in again, or provide new keys and call pool.revive',
      undefined,
      'pool-empty',
    ]);
  });
});

describe('a key', () => {
  it.each([
    [keyError('quota'), 3600],
    [keyError('billing'), 3600],
    [keyError('quota', 9000), 9],
    [keyError('rate-limit'), 60],
    [keyError('rate-limit', 0), 0],
  ])('rests after %s for %i s', async (error, seconds) => {
    const pool = poolWith(() => error);
    await failureOf(rerank(pool));
    await clock.advance(Math.max(0, seconds * 1000 - 1));
    expect(pool.pool.snapshot()[0]?.state).toBe(seconds === 0 ? 'ok' : 'resting');
    await clock.advance(1);
    expect(pool.pool.snapshot()[0]).toMatchObject({ state: 'ok', until: undefined, why: undefined });
  });

  it('rests for a minute again after a Retry-After header or after `revive`', async () => {
    let retryAfterMs: number | undefined;
    const pool = poolWith(() => keyError('rate-limit', retryAfterMs), { keys: ['k1'] });
    const restAfter = async (ms?: number): Promise<number> => {
      retryAfterMs = ms;
      await failureOf(rerank(pool));
      const restMs = (pool.pool.snapshot()[0]?.until ?? 0) - clock.now();
      await clock.advance(restMs);
      return restMs / 1000;
    };
    expect([await restAfter(5000), await restAfter(), await restAfter()]).toEqual([5, 60, 120]);
    pool.pool.revive('1');
    expect(await restAfter()).toBe(60);
  });

  it('has the reason of its first failure, and ignores failures of calls from before `revive`', async () => {
    const ends: ((error: LlmError) => void)[] = [];
    const pool = poolWith(() => new Promise((resolve) => ends.push(resolve)), { keys: ['k1'] });
    const running = [rerank(pool), rerank(pool), rerank(pool)].map(failureOf);
    await expect.poll(() => ends.length).toBe(3);
    ends[0]?.(keyError('auth'));
    await running[0];
    ends[1]?.(new LlmError('auth', 'later'));
    await running[1];
    const [dead] = pool.pool.snapshot();
    expect([dead?.state, dead?.until, dead?.why]).toEqual(['dead', undefined, 'auth: auth it is']);
    pool.pool.revive('1');
    expect(pool.pool.snapshot()[0]).toMatchObject({ state: 'ok', why: undefined });
    ends[2]?.(keyError('auth'));
    await running[2];
    expect(pool.pool.snapshot()[0]?.state).toBe('ok');
    const last = failureOf(rerank(pool));
    await expect.poll(() => ends.length).toBe(4);
    pool.pool.revive('1');
    ends[3]?.(keyError('auth'));
    await last;
    expect(pool.pool.snapshot()[0]?.state).toBe('ok');
  });

  it('rests at the request of the application, with a note', () => {
    const pool = poolWith();
    pool.pool.rest('2', 500);
    expect(pool.pool.snapshot()[1]).toEqual({
      id: '2',
      state: 'resting',
      until: START + 500,
      why: 'rest: requested by the application',
      inUse: 0,
      uses: 0,
    });
  });

  it('that rests stays so while a dead key is revived by its new value', async () => {
    const values = { a: 'old', b: 'old' };
    const pool = poolWith((id) => (id === 'a' && values.a === 'old' ? keyError('auth') : undefined), {
      keys: [
        { id: 'a', key: () => values.a },
        { id: 'b', key: () => values.b },
      ],
    });
    await failureOf(rerank(pool));
    pool.pool.rest('b', 1000);
    values.a = values.b = 'new';
    await rerank(pool);
    expect(pool.pool.snapshot().map(({ state }) => state)).toEqual(['ok', 'resting']);
  });
});

describe('the list of models of a pool', () => {
  const withoutList = ({ listModels: _list, ...provider }: Provider): Provider => provider;

  it('requests a complete response, and is empty if the provider of the key has none', async () => {
    const create = backend();
    const pool = pooled((key, id) => (id === '1' ? create(key, id) : withoutList(create(key, id))), {
      keys: ['k1', 'k2'],
      strategy: 'round-robin',
    });
    const { delivery: _delivery, ...context } = contextWith();
    expect(await pool.listModels?.(context)).toEqual([
      { id: 'list with key 1', provider: 'p', capabilities: {} },
    ]);
    expect(calls[0]?.context.delivery).toBe('complete');
    expect(await pool.listModels?.(context)).toEqual([]);
  });

  it('exists only if the provider of the first key has it', () => {
    const create = backend();
    const pool = pooled((key, id) => withoutList(create(key, id)), { keys: ['k1'] });
    expect('listModels' in pool).toBe(false);
  });
});

describe('the options of a pool', () => {
  it('name keys by their position unless they have an id', () => {
    const created: unknown[] = [];
    const create = backend();
    pooled((key, id) => (created.push([id, key]), create(key, id)), {
      keys: ['k1', secret('k2'), { id: 'c', key: 'k3' }],
    });
    expect(created).toEqual([
      ['1', 'k1'],
      ['2', 'k2'],
      ['c', 'k3'],
    ]);
  });

  it.each<[PoolOptions['keys'], string, string | undefined]>([
    [[], 'pooled: keys must not be empty', 'keys'],
    [['a', ' '], 'pooled: key 2 is empty; check its source', 'keys[1]'],
    [[{ reveal: () => '' }], 'pooled: key 1 is empty; check its source', 'keys[0]'],
    [[{ id: 'x', key: '' }], 'pooled: key 1 is empty; check its source', 'keys[0]'],
    [['a', 5 as never], 'pooled: key 2 must be a string, a secret, or { id, key }', 'keys[1]'],
    [['a', null as never], 'pooled: key 2 must be a string, a secret, or { id, key }', 'keys[1]'],
    [['a', 'b', { id: '2', key: 'c' }], 'pooled: two keys have the id 2; rename one', 'keys'],
  ])('reject the keys %j', (keys, message, path) => {
    expect(() => poolWith(undefined, { keys })).toThrow(
      expect.objectContaining({
        kind: 'config',
        message,
        details: expect.objectContaining({ path }) as object,
      }) as Error,
    );
  });

  it('reject keys of different providers', () => {
    const create = backend();
    expect(() => pooled((key, id) => ({ ...create(key, id), id: `p${id}` }), { keys: ['a', 'b'] })).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: 'pooled: create must return the same provider for all keys, not p1 and p2',
      }) as Error,
    );
  });

  it('reject an unknown id in each control', () => {
    const { pool } = poolWith();
    for (const run of [() => pool.revive('9'), () => pool.rest('9', 1)])
      expect(run).toThrow(
        expect.objectContaining({
          kind: 'config',
          message: 'the pool has no key "9"; its keys are 1, 2, 3',
        }) as Error,
      );
  });

  it('declare no data handling if a provider declares none', () => {
    const create = backend();
    const { data } = pooled(
      (key, id) => ({ ...create(key, id), ...(id === '1' && { data: { retentionDays: 0 } }) }),
      { keys: ['a', 'b'] },
    );
    expect(typeof data === 'function' ? data('m', {}) : data).toEqual({});
  });
});
