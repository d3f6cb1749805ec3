import { LlmError, user, type CallInfo } from '@majordomo/core';
import { memoryStore, type Claim, type Limit } from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { ledgerFixture, reply } from './support/fixture.ts';

const perMinute = (name: string, calls: number): Limit => ({ name, max: { calls }, per: 'minute' });
const replies = (count: number) => Array.from({ length: count }, () => reply(1, 1));

const denial = async (promise: Promise<unknown>): Promise<LlmError['details']> => {
  const error: unknown = await promise.catch((cause: unknown) => cause);
  if (!LlmError.is(error, 'denied')) throw new Error('the call was not denied');
  return error.details;
};

describe('a limit of calls', () => {
  it('counts a call once, regardless of its attempts', async () => {
    const { callModel, ledger } = ledgerFixture(
      [{ fail: 'overloaded' }, { fail: 'overloaded' }, reply(1, 1), reply(1, 1)],
      {
        limits: [perMinute('calls', 2), { name: 'attempts', max: { requests: 100 }, per: 'minute' }],
      },
    );
    await callModel({ attempts: 3 });
    const used = async (name: string) => (await ledger.state(name))[0]?.used;
    expect([await used('calls'), await used('attempts')]).toEqual([1n, 3n]);
    await callModel();
    expect(await denial(callModel())).toMatchObject({ code: 'rate-limited', retryAfterMs: 60_000 });
  });

  it('counts a hedged call once', async () => {
    const models = { x: [{ hang: true as const }], y: [reply(1, 1)] };
    const options = { limits: [perMinute('calls', 5)], unknownPrice: 'admit' } as const;
    const { majordomo, clock, ledger } = ledgerFixture([], options, { models });
    const response = majordomo
      .model('acme/x,acme/y')
      .generate({ messages: [user('hi')], maxTokens: 10 }, { hedgeAfterMs: 5 });
    await clock.advance(5);
    expect((await response).target).toBe('acme/y');
    await ledger.flush();
    expect((await ledger.state('calls'))[0]).toMatchObject({ used: 1n, held: 0n });
  });

  it('counts the repair of an object as part of its call', async () => {
    const turns = [reply(1, 1, '{"n":"one"}'), reply(1, 1, '{"n":1}')];
    const { majordomo, ledger } = ledgerFixture(turns, { limits: [perMinute('calls', 5)] });
    const output = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    const response = await majordomo
      .model('acme/x')
      .generateObject({ messages: [user('hi')], maxTokens: 10, output });
    expect(response.value).toEqual({ n: 1 });
    await ledger.flush();
    expect((await ledger.state('calls'))[0]).toMatchObject({ used: 1n, held: 0n });
  });

  it('counts a call that failed', async () => {
    const { callModel, ledger } = ledgerFixture([{ fail: 'invalid-request' }], {
      limits: [perMinute('calls', 2)],
    });
    await expect(callModel()).rejects.toMatchObject({ kind: 'invalid-request' });
    await ledger.flush();
    expect((await ledger.state('calls'))[0]?.used).toBe(1n);
  });

  it('admits exactly its number of parallel calls', async () => {
    const { callModel, ledger } = ledgerFixture(replies(100), { limits: [perMinute('calls', 10)] });
    const settled = await Promise.allSettled(Array.from({ length: 100 }, () => callModel()));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect((await ledger.state('calls'))[0]).toMatchObject({ used: 10n, held: 0n, left: 0n });
  });
});

describe('limitsOf', () => {
  const limits: Readonly<Record<string, readonly Limit[]>> = {
    a: [perMinute('key/a/minute/calls', 2), { name: 'key/a/day/usd', max: { usd: '0.01' }, per: 'day' }],
    b: [perMinute('key/b/minute/calls', 1)],
  };
  const limitsOf = ({ metadata }: CallInfo): readonly Limit[] => limits[String(metadata['key'])] ?? [];

  it('limits the calls of each key separately, and calls without a key not at all', async () => {
    const { callModel, ledger } = ledgerFixture(replies(10), { limitsOf });
    const callWithKey = (key: string) => callModel({ metadata: { key } });
    await callWithKey('a');
    await callWithKey('a');
    await callWithKey('b');
    expect((await denial(callWithKey('a'))).publicMessage).toBe(
      'the limit of this key per minute has nothing left of 2 calls, and this request may use up to 1 call; the limit resets at 2026-11-20T12:01:00.000Z',
    );
    expect((await denial(callWithKey('b'))).code).toBe('rate-limited');
    await callModel();
    const states = await ledger.state(limits['a'] ?? []);
    expect(states.map(({ limit, used, left }) => [limit.name, used, left])).toEqual([
      ['key/a/minute/calls', 2n, 0n],
      ['key/a/day/usd', 22_000n, 9_978_000n],
    ]);
    expect(await ledger.state()).toEqual([]);
  });

  it('shows no figures of a shared limit to the client', async () => {
    const { callModel } = ledgerFixture(replies(3), { limitsOf, limits: [perMinute('company', 1)] });
    await callModel({ metadata: { key: 'a' } });
    expect((await denial(callModel({ metadata: { key: 'a' } }))).publicMessage).toBe(
      'a limit of this service is spent',
    );
  });

  it('denies a call with an invalid limit and names the field', async () => {
    const { callModel } = ledgerFixture(replies(1), { limitsOf: () => [perMinute('x', 0)] });
    await expect(callModel()).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'limitsOf.max.calls' },
    });
  });

  it('may return a promise, and fails the call without a request if the promise rejects', async () => {
    let isDown = false;
    const { callModel, records } = ledgerFixture(replies(3), {
      limitsOf: (call) =>
        isDown ? Promise.reject(new LlmError('server', 'no keys')) : Promise.resolve(limitsOf(call)),
    });
    const call = () => callModel({ metadata: { key: 'b' } });
    await call();
    expect((await denial(call())).code).toBe('rate-limited');
    isDown = true;
    await expect(call()).rejects.toMatchObject({ kind: 'server', message: 'no keys' });
    expect(records).toHaveLength(1);
  });

  it('claims the same number of counters with 10,000 keys as with 10', async () => {
    for (const keys of [10, 10_000]) {
      const claims: (readonly Claim[])[] = [];
      let lookups = 0;
      const byKey = new Map<string, readonly Limit[]>(
        Array.from({ length: keys }, (_, key) => [`${key}`, [perMinute(`key/${key}`, 5)]] as const),
      );
      const store = memoryStore();
      const { callModel } = ledgerFixture(replies(3), {
        store: {
          ...store,
          reserve(id, claimed, leaseMs) {
            claims.push(claimed);
            return store.reserve(id, claimed, leaseMs);
          },
        },
        onAlert: undefined,
        limitsOf({ metadata }) {
          lookups++;
          return byKey.get(String(metadata['key'])) ?? [];
        },
      });
      for (const key of ['1', '2', '3']) await callModel({ metadata: { key } });
      expect([claims.map(({ length }) => length), lookups]).toEqual([[1, 1, 1], 3]);
    }
  });
});
