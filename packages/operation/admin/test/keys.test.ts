import { LlmError, createMajordomo, user } from '@majordomo/core';
import { createLedger, memoryStore } from '@majordomo/ledger';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createKeys, type KeyChange, type NewKey } from '../src/index.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const DAY_MS = 86_400_000;

const bearer = (secret: string) =>
  new Request('http://localhost/v1/models', { headers: { authorization: `Bearer ${secret}` } });

function setUp(records: RecordStore = memoryRecords()) {
  const clock = fakeClock(NOON);
  return { clock, keys: createKeys({ records, clock }) };
}

describe('a created key', () => {
  it('authorizes requests with either header, and returns its caller', async () => {
    const { keys } = setUp();
    const { key, secret } = await keys.create({
      name: 'search',
      tenant: 'acme',
      models: ['smart'],
      metadata: { team: 'search' },
      admin: true,
    });
    expect(secret).toMatch(/^mj_[\w-]{43}$/);
    expect(key).toMatchObject({
      status: 'active',
      lastFour: secret.slice(-4),
      createdAt: '2026-11-23T12:00:00.000Z',
    });
    const caller = {
      key: key.id,
      tenant: 'acme',
      models: ['smart'],
      admin: true,
      metadata: { team: 'search', key: key.id },
    };
    expect(await keys.authorize(bearer(secret))).toEqual(caller);
    const headers = { 'x-api-key': secret };
    expect(await keys.authorize(new Request('http://localhost/', { headers }))).toEqual(caller);
    const withOther = { ...headers, authorization: 'Bearer another-service' };
    expect(await keys.authorize(new Request('http://localhost/', { headers: withOther }))).toEqual(caller);
  });

  it.each(['', 'Basic abc', 'Bearer mj_short', `Bearer mj_${'a'.repeat(43)}`, `Bearer sk-${'a'.repeat(43)}`])(
    'does not authorize %j',
    async (authorization) => {
      const { keys } = setUp();
      await keys.create({ name: 'a' });
      const headers = { authorization };
      expect(await keys.authorize(new Request('http://localhost/', { headers }))).toBeUndefined();
    },
  );

  it('is refused from its expiry and after its revocation', async () => {
    const { keys, clock } = setUp();
    const expiring = await keys.create({ name: 'a', expiresAt: new Date(NOON + 1000) });
    const revoked = await keys.create({ name: 'b' });
    expect(await keys.authorize(bearer(expiring.secret))).toBeDefined();
    await clock.advance(1000);
    expect(await keys.authorize(bearer(expiring.secret))).toBeUndefined();
    expect((await keys.get(expiring.key.id))?.status).toBe('expired');
    expect((await keys.revoke(revoked.key.id)).status).toBe('revoked');
    expect((await keys.revoke(revoked.key.id)).revokedAt).toBe('2026-11-23T12:00:01.000Z');
    expect(await keys.authorize(bearer(revoked.secret))).toBeUndefined();
    await expect(keys.rotate(revoked.key.id)).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'id' },
    });
  });

  it('may expire after the year 9999', async () => {
    const { keys } = setUp();
    const { key, secret } = await keys.create({ name: 'a', expiresAt: new Date('+010000-01-01') });
    expect(key.status).toBe('active');
    expect(await keys.authorize(bearer(secret))).toBeDefined();
  });

  it('is stored, listed and reported without its secret', async () => {
    const stored: string[] = [];
    const records = memoryRecords();
    const recording: RecordStore = {
      ...records,
      write(space, changes) {
        stored.push(JSON.stringify(changes));
        return records.write(space, changes);
      },
    };
    const { keys } = setUp(recording);
    const issued = [await keys.create({ name: 'a' })];
    issued.push(await keys.rotate(issued[0]!.key.id, { graceMs: 1000 }));
    const errors = await Promise.all([
      keys.create({ name: issued[1]!.secret.repeat(5) }).catch((error: unknown) => error),
      keys.update('unknown', {}).catch((error: unknown) => error),
    ]);
    const output = [
      ...stored,
      JSON.stringify([await keys.list(), await keys.get(issued[0]!.key.id), errors[1]]),
    ];
    for (const { secret } of issued)
      for (const text of output) expect(text.includes(secret.slice(3, 40))).toBe(false);
  });
});

describe('a rotated key', () => {
  it('accepts the old secret for graceMs, and retains its id', async () => {
    const { keys, clock } = setUp();
    const firstKey = await keys.create({ name: 'a' });
    const secondKey = await keys.rotate(firstKey.key.id, { graceMs: DAY_MS });
    expect(secondKey.key).toMatchObject({ id: firstKey.key.id, rotatedAt: '2026-11-23T12:00:00.000Z' });
    const isAccepted = async (secret: string) =>
      (await keys.authorize(bearer(secret)))?.key === firstKey.key.id;
    expect([await isAccepted(firstKey.secret), await isAccepted(secondKey.secret)]).toEqual([true, true]);
    await clock.advance(DAY_MS);
    expect([await isAccepted(firstKey.secret), await isAccepted(secondKey.secret)]).toEqual([false, true]);
  });

  it('accepts at most two secrets, and by default one', async () => {
    const { keys } = setUp();
    const firstKey = await keys.create({ name: 'a' });
    const secondKey = await keys.rotate(firstKey.key.id, { graceMs: DAY_MS });
    const thirdKey = await keys.rotate(firstKey.key.id, { graceMs: DAY_MS });
    const isAccepted = (secret: string) => keys.authorize(bearer(secret));
    expect(await isAccepted(firstKey.secret)).toBeUndefined();
    expect(await isAccepted(secondKey.secret)).toBeDefined();
    const fourthKey = await keys.rotate(firstKey.key.id);
    expect([await isAccepted(thirdKey.secret), (await isAccepted(fourthKey.secret))?.key]).toEqual([
      undefined,
      firstKey.key.id,
    ]);
    await expect(keys.rotate(firstKey.key.id, { graceMs: 31 * DAY_MS })).rejects.toMatchObject({
      details: { path: 'graceMs' },
    });
  });
});

describe('an update', () => {
  it('changes only the specified members, and removes a member that is null', async () => {
    const { keys } = setUp();
    const { key, secret } = await keys.create({
      name: 'a',
      tenant: 't',
      models: ['x'],
      metadata: { m: '1' },
    });
    const changed = await keys.update(key.id, { models: null, limits: [{ max: { calls: 5 }, per: 'hour' }] });
    expect(changed).toMatchObject({ name: 'a', tenant: 't', metadata: { m: '1' } });
    expect([changed.models, changed.limits]).toEqual([undefined, [{ max: { calls: 5 }, per: 'hour' }]]);
    expect((await keys.authorize(bearer(secret)))?.models).toBeUndefined();
    await keys.update(key.id, { expiresAt: new Date(NOON + 1) });
    expect((await keys.update(key.id, { tenant: null, limits: null })).expiresAt).toBe(
      '2026-11-23T12:00:00.001Z',
    );
    expect(await keys.update(key.id, { expiresAt: null })).toMatchObject({
      limits: [],
      metadata: { m: '1' },
    });
    await expect(keys.update('key_0', { name: 'b' })).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('of many concurrent callers loses no change', async () => {
    const { keys } = setUp();
    const { key } = await keys.create({ name: 'a' });
    let conflicts = 0;
    const addMetadata = async (name: string): Promise<void> => {
      const metadata = { ...(await keys.get(key.id))?.metadata, [name]: '1' };
      await keys.update(key.id, { metadata }).catch((error: unknown) => {
        if (!LlmError.is(error, 'denied')) throw error;
        expect(error.details.code).toBe('conflict');
        conflicts++;
        return addMetadata(name);
      });
    };
    // Another caller may replace the version that a caller has read before that caller stores its change.
    await Promise.all(Array.from({ length: 16 }, (_, number) => addMetadata(`m${number}`)));
    expect(Object.keys((await keys.get(key.id))?.metadata ?? {})).toHaveLength(16);
    expect(conflicts).toBeGreaterThan(0);
  });
});

describe('an invalid value', () => {
  const limit = { max: { calls: 1 }, per: 'day' } as const;
  it.each<[string, unknown]>([
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(101) }],
    ['name', {}],
    ['limits[0].max.calls', { limits: [{ max: { calls: 0 }, per: 'day' }] }],
    ['limits[0].max.tokens', { limits: [{ max: { tokens: -1 }, per: 'day' }] }],
    ['limits[0].max.tokens', { limits: [{ max: { tokens: NaN }, per: 'day' }] }],
    ['limits[0].max.usd', { limits: [{ max: { usd: '1.0123456789' }, per: 'day' }] }],
    ['limits[0].max.usd', { limits: [{ max: { usd: '0.00' }, per: 'day' }] }],
    ['limits[0].max.usd', { limits: [{ max: { usd: 5 }, per: 'day' }] }],
    ['limits[0].max', { limits: [{ max: {}, per: 'day' }] }],
    ['limits[0].max', { limits: [{ max: { calls: 1, tokens: 1 }, per: 'day' }] }],
    ['limits[0].per', { limits: [{ max: { calls: 1 }, per: 'week' }] }],
    ['limits', { limits: Array.from({ length: 9 }, () => limit) }],
    ['limits[1]', { limits: [limit, { max: { calls: 2 }, per: 'day' }] }],
    ['limits[0].zone', { limits: [{ ...limit, zone: 'Mars/Base' }] }],
    ['limits[0].each', { limits: [{ ...limit, each: ['tenant'] }] }],
    ['expiresAt', { expiresAt: new Date(NOON - 1) }],
    ['expiresAt', { expiresAt: new Date(NaN) }],
    ['expiresAt', { expiresAt: 'tomorrow' }],
    ['metadata', { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`m${at}`, ''])) }],
    ['metadata', { metadata: { ['m'.repeat(65)]: '' } }],
    ['metadata.m', { metadata: { m: 'x'.repeat(257) } }],
    ['metadata.m', { metadata: { m: 1 } }],
    ['metadata.key', { metadata: { key: 'key_1' } }],
    ['metadata.client', { metadata: { client: 'acme' } }],
    ['metadata.requestId', { metadata: { requestId: '1' } }],
    ['models[1]', { models: ['a', 1] }],
    ['models', { models: 'a' }],
    ['tenant', { tenant: '' }],
    ['admin', { admin: 'yes' }],
    ['budget', { budget: 5 }],
  ])('is rejected with the path %s: %j', async (path, change) => {
    const { keys } = setUp();
    const newKey = path === 'name' ? change : { name: 'a', ...(change as object) };
    await expect(keys.create(newKey as NewKey)).rejects.toMatchObject({ kind: 'config', details: { path } });
    const { key } = await keys.create({ name: 'a' });
    if (Object.keys(change as object).length > 0)
      await expect(keys.update(key.id, change as KeyChange)).rejects.toMatchObject({
        kind: 'config',
        details: { path },
      });
    expect((await keys.list()).map(({ limits, metadata }) => [limits, metadata])).toEqual([[[], {}]]);
  });

  it('is reported with the expected and the actual value', async () => {
    const { keys } = setUp();
    await expect(keys.create({ name: 'a', limits: [{ max: { calls: 0 }, per: 'day' }] })).rejects.toThrow(
      'keys.create: limits[0].max.calls must be at least 1, not 0',
    );
  });
});

it('lists keys by status, by tenant and in pages', async () => {
  const { keys, clock } = setUp();
  const ids: string[] = [];
  for (let number = 0; number < 5; number++) {
    ids.unshift((await keys.create({ name: `${number}`, tenant: number < 3 ? 'a' : 'b' })).key.id);
    await clock.advance(1);
  }
  await keys.revoke(ids[0]!);
  const list = async (query: Parameters<typeof keys.list>[0]) => (await keys.list(query)).map(({ id }) => id);
  expect(await list({})).toEqual(ids);
  expect(await list({ status: 'revoked' })).toEqual([ids[0]]);
  expect(await list({ status: 'active', limit: 2 })).toEqual(ids.slice(1, 3));
  expect(await list({ status: 'active', limit: 2, after: ids[2]! })).toEqual(ids.slice(3));
  expect(await list({ tenant: 'a' })).toEqual(ids.slice(2));
  await expect(keys.list({ limit: 1001 })).rejects.toMatchObject({ details: { path: 'limit' } });
});

describe('a store', () => {
  /** Creates keys over a store that can fail and hang, and that reports changes if `watch` is true. */
  function controllableKeys({ watch = false } = {}) {
    const clock = fakeClock(NOON);
    const { watch: _watch, ...records } = memoryRecords();
    const state: {
      get: 'works' | 'fails' | 'hangs';
      reads: number;
      /** Resolves when changes are reported. */
      watches: Promise<void>;
      report: (id?: string) => void;
    } = { get: 'works', reads: 0, watches: Promise.resolve(), report: () => undefined };
    const controllableRecords: RecordStore = {
      ...records,
      async get(space, key) {
        state.reads++;
        if (state.get === 'fails') throw new LlmError('network', 'no connection');
        if (state.get === 'hangs') return new Promise(() => undefined);
        return records.get(space, key);
      },
      ...(watch && {
        watch: async (_: string, changed: (id: string | undefined) => void) => {
          await state.watches;
          state.report = changed;
          return async () => undefined;
        },
      }),
    };
    const keys = createKeys({ records: controllableRecords, clock });
    return { clock, keys, state, otherProcessKeys: createKeys({ records, clock }) };
  }

  it('whose record is of a newer version: the key is not accepted, and the error names the record', async () => {
    const records = memoryRecords();
    const { keys } = setUp(records);
    const { key, secret } = await keys.create({ name: 'a' });
    await keys.authorize(bearer(secret));
    const value = JSON.stringify({ format: 2, data: {} });
    await records.write('keys', [{ type: 'put', key: key.id, value }]);
    await expect(keys.authorize(bearer(secret))).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(key.id),
    });
  });

  it.each(['fails', 'hangs'] as const)(
    'that %s: keys that were used before are accepted for a minute, others are not',
    async (mode) => {
      const { clock, keys, state } = controllableKeys();
      const [knownKey, unknownKey] = [await keys.create({ name: 'a' }), await keys.create({ name: 'b' })];
      await keys.authorize(bearer(knownKey.secret));
      state.get = mode;
      const authorizeWithin250Ms = async (secret: string) => {
        const caller = keys.authorize(bearer(secret)).catch((error: unknown) => error);
        await clock.advance(250);
        return caller;
      };
      expect(await authorizeWithin250Ms(knownKey.secret)).toMatchObject({ key: knownKey.key.id });
      expect(await authorizeWithin250Ms(unknownKey.secret)).toMatchObject({
        kind: 'server',
        details: { code: 'key-store-down', retryAfterMs: 5000 },
      });
      await clock.advance(60_000);
      expect(await authorizeWithin250Ms(knownKey.secret)).toMatchObject({
        details: { code: 'key-store-down' },
      });
      state.get = 'works';
      expect(await authorizeWithin250Ms(unknownKey.secret)).toMatchObject({ key: unknownKey.key.id });
    },
  );

  it('without watch is queried at every request', async () => {
    const { keys, state, otherProcessKeys } = controllableKeys();
    const { key, secret } = await keys.create({ name: 'a' });
    for (let number = 0; number < 3; number++) await keys.authorize(bearer(secret));
    expect(state.reads).toBe(3);
    await otherProcessKeys.revoke(key.id);
    expect(await keys.authorize(bearer(secret))).toBeUndefined();
  });

  it('with watch is queried for a key that was read before the store reported changes', async () => {
    const { keys, state, otherProcessKeys } = controllableKeys({ watch: true });
    const { key, secret } = await otherProcessKeys.create({ name: 'a' });
    let watch = (): void => undefined;
    state.watches = new Promise((resolve) => (watch = resolve));
    expect(await keys.authorize(bearer(secret))).toMatchObject({ key: key.id });
    await otherProcessKeys.revoke(key.id);
    watch();
    await state.watches;
    await expect.poll(() => keys.authorize(bearer(secret))).toBeUndefined();
    await keys.close();
  });

  it('with watch is queried after a change, after missed changes and after cacheMs', async () => {
    const { clock, keys, state, otherProcessKeys } = controllableKeys({ watch: true });
    const { key, secret } = await keys.create({ name: 'a' });
    const authorizeAndCountReads = async () => {
      const readsBefore = state.reads;
      const caller = await keys.authorize(bearer(secret));
      return [caller?.tenant, state.reads - readsBefore];
    };
    expect([
      await authorizeAndCountReads(),
      await authorizeAndCountReads(),
      await authorizeAndCountReads(),
    ]).toEqual([
      // The store did not report changes yet when this read began.
      [undefined, 1],
      [undefined, 1],
      [undefined, 0],
    ]);
    await otherProcessKeys.update(key.id, { tenant: 't' });
    state.report(key.id);
    expect([await authorizeAndCountReads(), await authorizeAndCountReads()]).toEqual([
      ['t', 1],
      ['t', 0],
    ]);
    await otherProcessKeys.update(key.id, { tenant: 'u' });
    state.report(undefined);
    expect(await authorizeAndCountReads()).toEqual(['u', 1]);
    await clock.advance(5000);
    expect(await authorizeAndCountReads()).toEqual(['u', 1]);
    await otherProcessKeys.revoke(key.id);
    state.report('key_of_another');
    state.report(key.id);
    expect(await keys.authorize(bearer(secret))).toBeUndefined();
    await keys.close();
  });

  it('with watch is queried once for both secrets of a rotated key, and again for both after a change', async () => {
    const { keys, state, otherProcessKeys } = controllableKeys({ watch: true });
    const first = await keys.create({ name: 'a' });
    const second = await keys.rotate(first.key.id, { graceMs: 60_000 });
    await keys.authorize(bearer(second.secret));
    await keys.authorize(bearer(second.secret));
    const readsBefore = state.reads;
    expect(await keys.authorize(bearer(first.secret))).toMatchObject({ key: first.key.id });
    expect(state.reads).toBe(readsBefore);
    await otherProcessKeys.revoke(first.key.id);
    state.report(first.key.id);
    expect(await keys.authorize(bearer(first.secret))).toBeUndefined();
    expect(await keys.authorize(bearer(second.secret))).toBeUndefined();
    await keys.close();
  });
});

describe('the limits of keys', () => {
  it('apply to the calls of each key, also after a rotation and a change', async () => {
    const { clock, keys } = setUp();
    const ledger = createLedger({ store: memoryStore({ clock }), limitsOf: keys.limitsOf, clock });
    const turns = Array.from({ length: 20 }, () => 'yes');
    const provider = fakeProvider({ id: 'acme', models: { x: turns }, clock });
    const majordomo = createMajordomo({ providers: [provider], gates: [ledger.gate], clock });
    const call = async (secret: string) => {
      const caller = await keys.authorize(bearer(secret));
      const { text } = await majordomo
        .model('acme/x')
        .generate({ messages: [user('hi')] }, { tenant: caller?.tenant, metadata: caller?.metadata ?? {} });
      await ledger.flush();
      return text;
    };
    const firstKey = await keys.create({ name: 'a', limits: [{ max: { calls: 2 }, per: 'hour' }] });
    const otherKey = await keys.create({ name: 'b', limits: [{ max: { calls: 1 }, per: 'hour' }] });
    await call(firstKey.secret);
    const { secret } = await keys.rotate(firstKey.key.id);
    await call(secret);
    await expect(call(secret)).rejects.toMatchObject({
      kind: 'denied',
      details: { code: 'rate-limited', publicMessage: expect.stringContaining('nothing left of 2 calls') },
    });
    expect(await call(otherKey.secret)).toBe('yes');
    await keys.update(firstKey.key.id, { limits: [{ max: { calls: 3 }, per: 'hour' }] });
    expect(await call(secret)).toBe('yes');
    await expect(call(secret)).rejects.toMatchObject({ kind: 'denied' });
    const limits = await keys.limitsOf({
      id: '',
      spec: '',
      tenant: undefined,
      metadata: { key: firstKey.key.id },
    });
    expect(await ledger.state(limits)).toMatchObject([{ used: 3n, left: 0n }]);
  });

  it('apply to work that another process reserves or settles, also after the revocation', async () => {
    const records = memoryRecords();
    const { clock, keys } = setUp(records);
    const store = memoryStore({ clock });
    const { key, secret } = await keys.create({ name: 'a', limits: [{ max: { calls: 5 }, per: 'day' }] });
    const caller = await keys.authorize(bearer(secret));
    const work = {
      id: 'work/1',
      operation: 'batch',
      target: 'openai/gpt-5.4',
      vendor: 'openai',
      model: 'gpt-5.4',
      billing: 'metered',
      name: undefined,
      call: { id: 'work', spec: 'smart', tenant: undefined, metadata: caller?.metadata ?? {} },
    } as const;
    const most = { requests: 3, input: 10, output: 10, nanoUsd: '100' };
    const ledger = createLedger({ store, limitsOf: keys.limitsOf, clock });
    expect(await ledger.reserve(work, most, DAY_MS)).toBeUndefined();
    await keys.revoke(key.id);

    const otherKeys = setUp(records).keys;
    const other = createLedger({ store, limitsOf: otherKeys.limitsOf, clock });
    await other.settle(work, { requests: 3, usage: undefined, most, outcome: 'finished', ms: 1 });
    const state = async () => other.state(await otherKeys.limitsOf(work.call));
    expect(await state()).toMatchObject([{ used: 3n, held: 0n }]);
    expect(await other.reserve({ ...work, id: 'work/2' }, most, DAY_MS)).toMatchObject({
      code: 'rate-limited',
    });
  });
});
