import { createLedger, memoryStore, type Ledger, type SpendRecord } from '@majordomo/ledger';
import { user } from '@majordomo/core';
import { usageOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { recordOf } from '../../../calls/ledger/test/support/values.ts';
import type { FeedLimit, FeedSpending } from '../src/feed-types.ts';
import { createTestInspector } from './support/world.ts';

const record = (changes: Partial<SpendRecord>): SpendRecord =>
  recordOf({
    id: `${changes.call}/${changes.model}/${changes.at}`,
    at: '2026-01-01T10:20:00.000Z',
    target: 'head/x',
    vendor: 'head',
    ms: 10,
    usage: usageOf({ input: 5, output: 2 }),
    nanoUsd: '1000',
    catalog: '2026-01-01',
    ...changes,
  });

async function createTestLedger(...records: readonly SpendRecord[]): Promise<Ledger> {
  const store = memoryStore();
  for (const spendRecord of records) await store.append(spendRecord);
  return createLedger({
    store,
    limits: [
      { name: 'day', max: { requests: 4 }, per: 'day' },
      { name: 'money', max: { usd: '2' }, per: 'month', each: ['tenant'] },
    ],
  });
}

describe('spending', () => {
  it('is an exact sum per hour, highest cost first', async () => {
    const largeCost = '9007199254740993000';
    const ledger = await createTestLedger(
      record({ call: 'a', model: 'cheap', nanoUsd: '7' }),
      record({ call: 'b', model: 'dear', nanoUsd: largeCost }),
      record({ call: 'c', model: 'dear', at: '2026-01-01T08:00:00.000Z', nanoUsd: '5' }),
      record({ call: 'd', model: 'dear', at: '2025-12-01T08:00:00.000Z' }),
    );
    const testInspector = createTestInspector({}, { ledger });
    await testInspector.clock.advance(Date.parse('2026-01-01T10:30:00Z') - testInspector.clock.now());
    const { at: times, rows } = await testInspector.json<FeedSpending>(
      '/spending?by=model&range=24h&zone=Europe/Berlin',
    );
    expect(times.map((time) => new Date(time).toISOString())).toEqual([
      '2026-01-01T09:00:00.000Z',
      '2026-01-01T11:00:00.000Z',
    ]);
    expect(rows.map(({ key, nanoUsd, over }) => [key, nanoUsd, over])).toEqual([
      ['dear', '9007199254740993005', ['5', largeCost]],
      ['cheap', '7', ['0', '7']],
    ]);
  });

  it('contains the saved, extra and net amounts of prompt caches', async () => {
    const ledger = await createTestLedger(
      record({ call: 'a', cacheSavedNanoUsd: '9007199254740993', cacheExtraNanoUsd: '5' }),
      record({ call: 'b', cacheSavedNanoUsd: '1', cacheExtraNanoUsd: '0' }),
      record({ call: 'c', model: 'waste', cacheSavedNanoUsd: '1', cacheExtraNanoUsd: '3' }),
      record({ call: 'd', model: 'unknown' }),
    );
    const testInspector = createTestInspector({}, { ledger });
    await testInspector.clock.advance(Date.parse('2026-01-01T10:30:00Z') - testInspector.clock.now());
    const { rows } = await testInspector.json<FeedSpending>('/spending?by=model');
    expect(
      rows.map(({ key, cacheSaved, cacheExtra, cacheNet }) => [key, cacheSaved, cacheExtra, cacheNet]),
    ).toEqual([
      ['x', '9007199254740994', '5', '9007199254740989'],
      ['unknown', '0', '0', '0'],
      ['waste', '1', '3', '-2'],
    ]);
  });

  it('of a call is the cost of all its attempts and the number of attempts without a price', async () => {
    const ledger = await createTestLedger(
      record({ call: 'a', model: 'x' }),
      record({ call: 'a', model: 'y', nanoUsd: '234' }),
      record({ call: 'a', model: 'z', nanoUsd: undefined, basis: 'unknown' }),
      record({ call: 'b', nanoUsd: undefined, basis: 'unknown' }),
      record({ call: 'c', nanoUsd: undefined, basis: 'included' }),
    );
    expect(await createTestInspector({}, { ledger }).json('/costs?ids=a,b,c,none')).toEqual({
      a: { nanoUsd: '1234', unpriced: 1 },
      b: { unpriced: 1 },
    });
  });

  it.each([
    '/spending?by=secret',
    '/spending?range=9d',
    '/spending?zone=Nowhere/Land',
    `/costs?ids=${'a,'.repeat(61)}`,
  ])('%s responds with 400', async (path) => {
    expect((await createTestInspector({}, { ledger: await createTestLedger() }).get(path)).status).toBe(400);
  });

  it.each(['/spending', '/limits', '/costs'])('%s responds with 404 without a ledger', async (path) => {
    const response = await createTestInspector().get(path);
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: 'ledger: this inspector has no ledger; pass the option ledger' },
    ]);
  });
});

it('limits contain the remaining amount, smallest remaining share first', async () => {
  const ledger = await createTestLedger();
  const testInspector = createTestInspector({ head: { x: ['a', 'b', 'c'] } }, { ledger });
  await ledger.book({ vendor: 'mail', usd: '0.5', tenant: 'acme' });
  await testInspector.majordomo
    .with({ gates: [ledger.gate] })
    .model('head/x')
    .generate({ messages: [user('hi')] }, { tenant: 'acme' })
    .catch(() => undefined);
  const limits = await testInspector.json<readonly FeedLimit[]>('/limits');
  const money = limits.find(({ name }) => name === 'money');
  expect(money).toMatchObject({
    key: 'tenant=acme',
    unit: 'usd',
    max: '2000000000',
    used: '500000000',
    left: '1500000000',
    per: 'month',
  });
  expect(limits.find(({ name }) => name === 'day')).toMatchObject({ unit: 'requests', max: '4', per: 'day' });
  const shares = limits.map(({ left, max }) => Number(left) / Number(max));
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});

it('a ledger that hangs results in 504', async () => {
  const ledger = { ...(await createTestLedger()), state: () => new Promise<never>(() => undefined) };
  const testInspector = createTestInspector({}, { ledger });
  const pendingResponse = testInspector.get('/limits');
  await testInspector.clock.advance(10_000);
  expect((await pendingResponse).status).toBe(504);
  expect(testInspector.clock.pending).toBe(0);
});

it('a ledger that fails results in 500 without its message', async () => {
  const ledger = {
    ...(await createTestLedger()),
    state: () => Promise.reject(new Error('redis://user:hunter2@db')),
  };
  const response = await createTestInspector({}, { ledger }).get('/limits');
  expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('hunter2')]);
});
