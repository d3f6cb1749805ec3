import { createMajordomo, systemClock, user, type Clock } from '@majordomo/core';
import { createLedger, type Ledger, type Limit } from '@majordomo/ledger';
import { describeWith, startRedis, until } from '@majordomo/services';
import { hourlyClaim } from '@majordomo/test-support';
import { fakeProvider } from '@majordomo/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { redisStores } from '../src/index.ts';
import { onRedis } from './support/stores.ts';

const HOUR_MS = 3_600_000;

const skewed = (byMs: number): Clock => ({ ...systemClock, now: () => systemClock.now() + byMs });

/** Creates a function that makes a call and returns whether the ledger admitted it. */
function callerOf(ledger: Ledger) {
  const models = { x: Array.from({ length: 5000 }, () => 'yes') };
  const majordomo = createMajordomo({ providers: [fakeProvider({ id: 'a', models })], gates: [ledger.gate] });
  return async (): Promise<boolean> =>
    majordomo
      .model('a/x')
      .generate({ messages: [user('hi')] })
      .then(
        () => true,
        () => false,
      );
}

describeWith('redis', 'a ledger on Redis', () => {
  const { server, stores, client } = onRedis();

  const callerAt = (prefix: string, limit: Limit, byMs: number) =>
    callerOf(
      createLedger({
        store: stores({ prefix }).ledger,
        limits: [limit],
        clock: skewed(byMs),
        // On a busy machine, the first calls may take longer than the default.
        storeTimeoutMs: 10_000,
      }),
    );

  it.each([0, HOUR_MS, -HOUR_MS])('counts windows together with a clock that is %d ms off', async (byMs) => {
    const limit: Limit = { name: 'window', max: { requests: 10 }, per: { ms: HOUR_MS / 2 } };
    const sides = [0, byMs].map((by) => callerAt(`skew ${byMs}`, limit, by));
    const admitted = await Promise.all(Array.from({ length: 40 }, (_, number) => sides[number % 2]!()));
    expect(admitted.filter(Boolean)).toHaveLength(10);
  });

  it('admits no more in a window if clocks disagree on its start', async () => {
    const periodMs = 600;
    const limit: Limit = { name: 'window', max: { requests: 5 }, per: { ms: periodMs } };
    const sides = [0, periodMs / 3].map((by) => callerAt('disagreeing', limit, by));
    const admissions = new Map<number, number>();
    // Redis runs on this machine and uses the same clock.
    const windowNow = (): number => Math.floor(systemClock.now() / periodMs);
    while (admissions.size < 6)
      for (const callModel of sides) {
        const window = windowNow();
        const isIn = await callModel();
        // If the window changed during the call, the window that admitted it is unknown.
        if (isIn && window === windowNow()) admissions.set(window, (admissions.get(window) ?? 0) + 1);
      }
    expect(Math.max(...admissions.values())).toBeLessThanOrEqual(5);
  }, 120_000);

  it('loses no settled amount when Redis is killed, with a log that is written every second', async () => {
    await using server = await startRedis({ append: 'everysec' });
    const client = new Redis(server.url);
    client.on('error', () => undefined);
    const { ledger } = redisStores({ client, timeoutMs: 10_000 });
    let settled = 0;
    while (settled < 500) {
      await ledger.reserve(`${settled}`, [hourlyClaim], 60_000);
      await ledger.settle(`${settled}`, [{ counter: 'a', amount: 3n }]);
      settled++;
    }
    // While a slow disk writes earlier data, Redis delays its log by at most two seconds.
    await until(async () => (await client.info('persistence')).includes('aof_buffer_length:0'));
    await server.kill();
    await server.start();
    await until(async () => (await ledger.counters('a').catch(() => [])).length === 1);
    const [counter] = await ledger.counters('a');
    expect(Number(counter?.used)).toBe(settled * 3);
    client.disconnect();
  }, 60_000);

  it.each([
    ['deny', false],
    ['admit', true],
  ] as const)(
    'applies whenDown "%s" while Redis is down, and continues when it is back',
    async (whenDown, isAdmitted) => {
      await using server = await startRedis();
      const client = new Redis(server.url);
      client.on('error', () => undefined);
      const store = redisStores({ client }).ledger;
      const limits: Limit[] = [{ name: 'all', max: { requests: 100 }, per: 'ever' }];
      const callModel = callerOf(createLedger({ store, limits, whenDown }));
      await until(() => callModel());
      await server.kill();
      const isAdmittedInOutage = await callModel();
      await server.start();
      await until(() => callModel());
      expect(isAdmittedInOutage).toBe(isAdmitted);
      client.disconnect();
    },
  );

  it('stores a counter permanently if its new claim has no period', async () => {
    const { ledger } = stores({ prefix: 'for ever' });
    const claim = { counter: 'a', max: 10n, amount: 1n, whenLapsed: 'spent' } as const;
    await ledger.reserve('1', [{ ...claim, resetsInMs: 1 }], 60_000);
    const raw = client().client as Redis;
    expect(await raw.zcard('{for ever}:ends')).toBe(1);
    await until(async () => (await ledger.counters('a'))[0]?.held === 0n);
    await ledger.reserve('2', [{ ...claim, resetsInMs: undefined }], 60_000);
    expect(await raw.zcard('{for ever}:ends')).toBe(0);
  });

  it('accepts numbers that a client returns as strings', async () => {
    const client = new Redis(server().url, { stringNumbers: true });
    const { ledger, records } = redisStores({ client, timeoutMs: 10_000 });
    const claim = { counter: 'a', max: 10n, amount: 1n, resetsInMs: undefined, whenLapsed: 'spent' } as const;
    await ledger.reserve('1', [claim], 60_000);
    expect([await ledger.settle('1', []), await ledger.settle('1', [])]).toEqual([true, false]);
    const [version = 0] = (await records.write('a', [{ type: 'put', key: 'a', value: '1' }])) ?? [];
    expect(await records.get('a', 'a')).toMatchObject({ version, value: '1' });
    client.disconnect();
  });

  it('counts exactly up to int64', async () => {
    const { ledger } = stores();
    const most = 2n ** 63n - 1n;
    const claim = { counter: 'a', max: 10n ** 30n, resetsInMs: undefined, whenLapsed: 'spent' } as const;
    expect(await ledger.reserve('1', [{ ...claim, amount: 10n ** 29n }], 60_000)).toMatchObject({
      left: most,
    });
    expect(await ledger.reserve('2', [{ ...claim, amount: most - 5n }], 60_000)).toBeUndefined();
    expect(await ledger.reserve('3', [{ ...claim, amount: 6n }], 60_000)).toMatchObject({ left: 5n });
    const twice = [3n, 2n].map((amount) => ({ ...claim, amount }));
    expect(await ledger.reserve('4', twice, 60_000)).toBeUndefined();
    expect(await ledger.counters('a')).toMatchObject([{ used: 0n, held: most }]);
    expect(await ledger.settle('2', [{ counter: 'a', amount: 10n ** 25n }])).toBe(true);
    expect(await ledger.settle('4', [{ counter: 'a', amount: 1n }])).toBe(true);
    expect(await ledger.counters('a')).toMatchObject([{ used: most, held: 0n }]);
  });

  it('rejects a lease or a period that is not a number', async () => {
    const { ledger } = stores();
    const claim = { counter: 'a', max: 10n, amount: 1n, resetsInMs: undefined, whenLapsed: 'spent' } as const;
    await expect(ledger.reserve('1', [claim], Number.NaN)).rejects.toThrow(
      'leaseMs: must be a number, not NaN',
    );
    await expect(ledger.reserve('2', [{ ...claim, resetsInMs: Number.NaN }], 1000)).rejects.toThrow(
      RangeError,
    );
    await expect(ledger.renew('1', Number.NaN)).rejects.toThrow(RangeError);
    expect(await ledger.counters('')).toEqual([]);
  });

  it('adds at most two listeners to a client for the stores of 30 tenants', async () => {
    const client = new Redis(server().url);
    const all = Array.from({ length: 30 }, (_, n) =>
      redisStores({ client, prefix: `many ${n}`, timeoutMs: 10_000 }),
    );
    const countersOfAll = Promise.all(all.map(({ ledger }) => ledger.counters('')));
    expect(client.listenerCount('ready')).toBeLessThanOrEqual(2);
    expect(await countersOfAll).toHaveLength(30);
    client.disconnect();
  });

  it('stores records although an old record cannot be read', async () => {
    const { ledger } = stores({ prefix: 'unreadable', keepRecordsMs: 86_400_000 });
    const raw = client().client as Redis;
    await raw.zadd('{unreadable}:records', 1, `${'0'.repeat(16)}odd`);
    await raw.set('{unreadable}:record:odd', 'no JSON');
    const record = { id: 'new', at: new Date().toISOString(), call: 'one', target: 'a/x', tags: {} };
    await ledger.append(record as Parameters<typeof ledger.append>[0]);
    expect(await raw.zcard('{unreadable}:records')).toBe(1);
  });

  it('deletes expired records, a few with each new one', async () => {
    const { ledger } = stores({ keepRecordsMs: 86_400_000 });
    const at = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString();
    const record = (id: string, daysAgo: number) =>
      ({ id, at: at(daysAgo), call: 'one', target: 'a/x', tags: {} }) as Parameters<typeof ledger.append>[0];
    for (const [id, days] of [
      ['new', 0.5],
      ['old', 2],
      ['older', 3],
    ] as const)
      await ledger.append(record(id, days));
    const ids = async (call?: string) => {
      const found: string[] = [];
      for await (const { id } of ledger.records({ call })) found.push(id);
      return found;
    };
    expect([await ids(), await ids('one')]).toEqual([['new'], ['new']]);
  });
});
