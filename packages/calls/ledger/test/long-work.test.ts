import { type AttemptInfo } from '@majordomo/core';
import { fakeClock, type FakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import {
  createLedger,
  memoryStore,
  type Alert,
  type Amount,
  type LedgerOptions,
  type LedgerStore,
  type LongWork,
  type SpendRecord,
} from '../src/index.ts';
import { recordingStore } from './support/fixture.ts';

const HOUR_MS = 3_600_000;
const NOON = Date.parse('2026-11-22T12:00:00Z');
const work: LongWork = {
  id: 'batch/a/0',
  call: { id: 'batch/a', spec: 'openai/gpt-4.1', tenant: 'acme', metadata: {} },
  operation: 'batch',
  target: 'openai/gpt-4.1',
  vendor: 'openai',
  model: 'gpt-4.1',
};
const bounds: Amount = { requests: 10, input: 1000, output: 500, nanoUsd: '5000000000' };
const usage = { input: 800, output: 100, cacheRead: 0, cacheWrite: 0, reasoning: undefined };
const used = {
  requests: 9,
  usage,
  cost: { nanoUsd: 2_000_000_000n, basis: 'catalogue', missing: [] },
  outcome: 'finished',
  ms: 5,
} as const;

interface SetUp extends Omit<LedgerOptions, 'clock'> {
  readonly clock?: FakeClock;
}

function setUp({ clock = fakeClock(NOON), ...options }: SetUp = {}) {
  const store = memoryStore({ clock });
  const limits = [
    { name: 'money', max: { usd: '8.00' }, per: 'ever' },
    { name: 'tokens', max: { tokens: 10_000 }, per: 'ever' },
    { name: 'requests', max: { requests: 100 }, per: 'ever' },
  ] as const;
  const ledger = createLedger({ store, limits, clock, ...options });
  const states = async () =>
    Object.fromEntries((await ledger.state()).map(({ limit, used, held }) => [limit.name, [used, held]]));
  const records = async () => {
    const all: SpendRecord[] = [];
    for await (const record of ledger.records()) all.push(record);
    return all;
  };
  return { ledger, clock, store, states, records };
}

it('holds the reserved amounts, and books the used ones with one record', async () => {
  const { ledger, states, records } = setUp();
  expect(await ledger.reserve(work, bounds, HOUR_MS)).toBeUndefined();
  expect(await states()).toEqual({ money: [0n, 5_000_000_000n], tokens: [0n, 1500n], requests: [0n, 10n] });
  await ledger.settle(work, used);
  expect(await states()).toEqual({ money: [2_000_000_000n, 0n], tokens: [900n, 0n], requests: [9n, 0n] });
  expect(await records()).toMatchObject([
    {
      id: 'batch/a/0',
      call: 'batch/a',
      operation: 'batch',
      tenant: 'acme',
      nanoUsd: '2000000000',
      outcome: 'finished',
      requests: 9,
      usage,
    },
  ] satisfies Partial<SpendRecord>[]);
});

it('reserves and books once under the same id, from any process', async () => {
  const { ledger, store, clock, states, records } = setUp();
  const other = createLedger({ store, clock, limits: ledger.limits() });
  await ledger.reserve(work, bounds, HOUR_MS);
  expect(await other.reserve(work, bounds, HOUR_MS)).toBeUndefined();
  expect((await states())['money']).toEqual([0n, 5_000_000_000n]);
  await other.settle(work, used);
  await clock.advance(48 * HOUR_MS);
  await ledger.settle(work, used);
  expect((await states())['money']).toEqual([2_000_000_000n, 0n]);
  expect(await records()).toHaveLength(1);
});

it('renews the lease', async () => {
  const { ledger, clock, states } = setUp();
  await ledger.reserve(work, bounds, HOUR_MS);
  await clock.advance(3 * HOUR_MS - 1);
  await ledger.renew(work, HOUR_MS);
  await clock.advance(3 * HOUR_MS - 1);
  expect((await states())['money']).toEqual([0n, 5_000_000_000n]);
});

it('counts a reservation as spent from two hours after its limit until it is settled', async () => {
  const { ledger, clock, states } = setUp();
  await ledger.reserve(work, bounds, HOUR_MS);
  await clock.advance(3 * HOUR_MS);
  expect((await states())['money']).toEqual([5_000_000_000n, 0n]);
  await ledger.settle(work, used);
  expect((await states())['money']).toEqual([2_000_000_000n, 0n]);
});

it('returns the denial with the name of the limit, and admits the work after setLimit', async () => {
  const { ledger } = setUp();
  const large = { ...bounds, nanoUsd: '9000000000' };
  expect(await ledger.reserve(work, large, HOUR_MS)).toMatchObject({
    deny: expect.stringContaining('limit "money"'),
  });
  ledger.setLimit({ name: 'money', max: { usd: '9.00' }, per: 'ever' });
  expect(await ledger.reserve(work, large, HOUR_MS)).toBeUndefined();
});

it.each([
  [{ nanoUsd: undefined }, 'no-price'],
  [{ nanoUsd: undefined, output: undefined }, 'no-bound'],
])('denies work with the unknown amounts %j', async (unknown, code) => {
  const { ledger } = setUp();
  expect(await ledger.reserve(work, { ...bounds, ...unknown }, HOUR_MS)).toMatchObject({ code });
});

it.each([
  ['deny', 'no-price'],
  ['admit', undefined],
] as const)(
  'unknownPrice: %s applies to work of unknown length without a price',
  async (unknownPrice, code) => {
    const limits = [{ name: 'money', max: { usd: '8.00' }, per: 'ever' }] as const;
    const { ledger, states } = setUp({ limits, unknownPrice });
    const unpriced = { ...work, target: 'openai/unlisted', model: 'unlisted' };
    const most = { ...bounds, output: undefined, nanoUsd: undefined };
    expect((await ledger.reserve(unpriced, most, HOUR_MS))?.code).toBe(code);
    await ledger.settle(unpriced, used);
    expect((await states())['money']).toEqual([2_000_000_000n, 0n]);
  },
);

const hang = (): Promise<never> => new Promise(() => undefined);

it.each([
  ['deny', 'rejects', 'books-down', () => Promise.reject(new Error('down'))],
  ['admit', 'rejects', undefined, () => Promise.reject(new Error('down'))],
  ['deny', 'does not answer within 250 ms', 'books-down', hang],
  ['admit', 'does not answer within 250 ms', undefined, hang],
] as const)('whenDown: %s applies if the store %s', async (whenDown, _how, code, reserve) => {
  const store = { ...memoryStore(), reserve };
  const { ledger, clock } = setUp({ store, whenDown });
  const answer = ledger.reserve(work, bounds, HOUR_MS);
  await clock.advance(250);
  expect((await answer)?.code).toBe(code);
});

it('a store that does not answer a renewal within 250 ms is down, and the caller continues', async () => {
  const alerts: Alert[] = [];
  const store = { ...memoryStore(), renew: hang };
  const { ledger, clock } = setUp({ store, onAlert: (alert) => alerts.push(alert) });
  const renewed = ledger.renew(work, HOUR_MS);
  await clock.advance(250);
  await renewed;
  expect(alerts).toMatchObject([{ type: 'store-down' }]);
});

/** Store that makes reservations, but whose first reply is lost or never arrives. */
function withoutFirstReply(store: LedgerStore, isHanging: boolean): LedgerStore {
  let isFirst = true;
  const reserve: LedgerStore['reserve'] = async (id, claims, leaseMs) => {
    const refusal = await store.reserve(id, claims, leaseMs);
    if (!isFirst) return refusal;
    isFirst = false;
    return isHanging ? new Promise<never>(() => undefined) : Promise.reject(new Error('cut'));
  };
  return { ...store, reserve };
}

const replies = [
  ['is lost', false],
  ['does not arrive', true],
] as const;

it.each(replies)('holds nothing for denied work whose reply %s', async (_, isHanging) => {
  const clock = fakeClock(NOON);
  const store = withoutFirstReply(memoryStore({ clock }), isHanging);
  const { ledger, states } = setUp({ clock, store });
  const answer = ledger.reserve(work, bounds, HOUR_MS);
  await clock.advance(250);
  expect((await answer)?.code).toBe('books-down');
  await ledger.flush();
  expect(await states()).toEqual({ money: [0n, 0n], tokens: [0n, 0n], requests: [0n, 0n] });
  await clock.advance(2 * HOUR_MS);
  expect((await states())['money']).toEqual([0n, 0n]);
});

it.each(replies)('holds and books the amounts of admitted work whose reply %s', async (_, isHanging) => {
  const clock = fakeClock(NOON);
  const store = withoutFirstReply(memoryStore({ clock }), isHanging);
  const { ledger, states } = setUp({ clock, store, whenDown: 'admit' });
  const answer = ledger.reserve(work, bounds, HOUR_MS);
  await clock.advance(250);
  expect(await answer).toBeUndefined();
  await ledger.flush();
  expect((await states())['money']).toEqual([0n, 5_000_000_000n]);
  await ledger.settle(work, used);
  expect((await states())['money']).toEqual([2_000_000_000n, 0n]);
});

it('reserves admitted work when the store answers again, also above the limit', async () => {
  const clock = fakeClock(NOON);
  const memory = memoryStore({ clock });
  let isDown = true;
  const reserve: LedgerStore['reserve'] = (...reservation) => {
    if (isDown) throw new Error('no disk');
    return memory.reserve(...reservation);
  };
  const { ledger, states } = setUp({ clock, store: { ...memory, reserve }, whenDown: 'admit' });
  for (const id of ['1', '2']) expect(await ledger.reserve({ ...work, id }, bounds, HOUR_MS)).toBeUndefined();
  expect((await states())['money']).toEqual([0n, 0n]);
  isDown = false;
  await clock.advance(1000);
  expect((await states())['money']).toEqual([0n, 10_000_000_000n]);
});

it('releases work that has sent nothing, and ignores a later reservation of its id', async () => {
  const { ledger, store, states, records } = setUp();
  await ledger.reserve(work, bounds, HOUR_MS);
  await ledger.release(work);
  expect((await states())['money']).toEqual([0n, 0n]);
  const other = { ...work, id: 'late' };
  await ledger.release(other);
  await createLedger({ store, limits: ledger.limits() }).reserve(other, bounds, HOUR_MS);
  expect((await states())['money']).toEqual([0n, 0n]);
  expect(await records()).toEqual([]);
});

it('releases the reservation if all limits were removed before the settlement', async () => {
  const { ledger, store, states } = setUp();
  await ledger.reserve(work, bounds, HOUR_MS);
  await createLedger({ store }).settle(work, used);
  expect((await states())['money']).toEqual([0n, 0n]);
});

it('stores and reports the record of concurrent settlements once', async () => {
  const reported: SpendRecord[] = [];
  const { ledger, states } = setUp({ onRecord: (record) => reported.push(record) });
  await Promise.all([1, 2].map(() => ledger.settle(work, used)));
  expect(reported).toHaveLength(1);
  expect((await states())['money']).toEqual([2_000_000_000n, 0n]);
});

it('books work that was admitted while the store was down', async () => {
  const { ledger, states, records } = setUp();
  await ledger.settle(work, used);
  expect((await states())['money']).toEqual([2_000_000_000n, 0n]);
  expect(await records()).toHaveLength(1);
});

it.each([
  [0, ['settle batch/a/0', 'records batch/a', 'append batch/a/0'], []],
  [1, ['records batch/a', 'reserve batch/a/0', 'settle batch/a/0', 'append batch/a/0'], [24 * HOUR_MS]],
])('books work on %i limit(s) with as few calls of the store as possible', async (count, calls, leases) => {
  const recording = recordingStore(fakeClock());
  const limits = [{ name: 'money', max: { usd: '8.00' }, per: 'ever' }] as const;
  const { ledger } = setUp({ store: recording.store, limits: limits.slice(0, count) });
  await ledger.settle(work, used);
  expect([recording.calls, recording.leases]).toEqual([calls, leases]);
});

it.each<
  [
    basis: 'catalogue' | 'included' | 'unknown',
    nanoUsd: bigint | undefined,
    usd: bigint,
    alerts: readonly string[],
  ]
>([
  ['catalogue', 7n, 7n, []],
  ['included', 7n, 0n, []],
  ['included', undefined, 0n, []],
  ['unknown', undefined, 0n, ['unpriced']],
])('books a cost with the basis %s of %s nano-USD as %s', async (basis, nanoUsd, usd, types) => {
  const alerts: Alert[] = [];
  const cost = { nanoUsd, basis, missing: [] };
  const { ledger, states } = setUp({ onAlert: (alert) => alerts.push(alert) });
  await ledger.settle(work, { ...used, cost });
  await ledger.flush();
  expect(await states()).toEqual({ money: [usd, 0n], tokens: [900n, 0n], requests: [9n, 0n] });
  expect(alerts.map(({ type }) => type)).toEqual(types);
});

it.each([
  [{ billing: 'included' } as const, 0n, 'included', []],
  [
    {},
    5_000_000_000n,
    'estimate',
    ['no usage, or no price, of some requests: the complete reservation counts'],
  ],
])(
  'books the complete reservation of work whose usage is unknown (%j)',
  async (about, usd, basis, missing) => {
    const { ledger, states, records } = setUp();
    const end = { requests: 10, usage: undefined, most: bounds, outcome: 'abandoned', ms: 1 } as const;
    await ledger.settle({ ...work, ...about }, end);
    expect(await states()).toEqual({ money: [usd, 0n], tokens: [1500n, 0n], requests: [10n, 0n] });
    expect(await records()).toMatchObject([{ basis, missing, outcome: 'abandoned', usage: undefined }]);
  },
);

it('records the known usage of work that costs its reservation, and counts its tokens above the reservation', async () => {
  const { ledger, states, records } = setUp();
  const usage = { ...used.usage, input: 1200, output: 40 };
  await ledger.settle(work, { requests: 10, usage, most: bounds, outcome: 'finished', ms: 1 });
  expect(await states()).toEqual({ money: [5_000_000_000n, 0n], tokens: [1700n, 0n], requests: [10n, 0n] });
  expect(await records()).toMatchObject([{ nanoUsd: '5000000000', usage: { input: 1200, output: 40 } }]);
});

it.each([
  ['without a price', work],
  ['that a plan includes', { ...work, billing: 'included' } as const],
])('a report counts work %s whose usage omits requests', async (_, partial) => {
  const { ledger } = setUp();
  const most = { ...bounds, nanoUsd: undefined };
  await ledger.settle(partial, { requests: 10, usage, most, outcome: 'finished', ms: 1 });
  expect(await ledger.report({ by: [] })).toMatchObject([{ input: 800, unknownUsage: 1 }]);
});

it('does not state that limits count a reservation if work has finished with unknown usage and cost', async () => {
  const { ledger, states, records } = setUp();
  await ledger.reserve(work, bounds, HOUR_MS);
  const cost = { nanoUsd: undefined, basis: 'unknown', missing: ['no usage'] } as const;
  await ledger.settle(work, { ...used, usage: undefined, cost });
  expect(await states()).toEqual({ money: [0n, 0n], tokens: [0n, 0n], requests: [9n, 0n] });
  expect(await records()).toMatchObject([{ basis: 'unknown', missing: ['no usage'] }]);
});

it('alerts that a limit is spent if it denies work that would fit into a new period', async () => {
  const alerts: Alert[] = [];
  const limits = [{ name: 'money', max: { usd: '8' }, per: 'month', alertAt: [] }] as const;
  const { ledger } = setUp({ limits, onAlert: (alert) => alerts.push(alert) });
  await ledger.settle(work, used);
  const reserve = (id: string, nanoUsd: string) =>
    ledger.reserve({ ...work, id }, { ...bounds, nanoUsd }, HOUR_MS);
  expect((await reserve('too large', '9000000000'))?.code).toBe('call-too-large');
  await ledger.flush();
  expect(alerts).toEqual([]);
  for (const id of ['1', '2']) expect((await reserve(id, '7000000000'))?.code).toBe('budget-spent');
  await ledger.flush();
  expect(alerts).toMatchObject([{ type: 'spent', state: { used: 2_000_000_000n } }]);
});

it.each<[used: bigint, held: bigint, wanted: bigint, code: string | undefined]>([
  [0n, 5n, 3n, undefined],
  [0n, 5n, 4n, 'rate-limited'],
  [0n, 5n, 8n, 'rate-limited'],
  [1n, 5n, 7n, 'rate-limited'],
  [1n, 5n, 8n, 'budget-spent'],
  [5n, 0n, 4n, 'budget-spent'],
  [5n, 0n, 9n, 'call-too-large'],
])(
  'with %s of 8 USD used and %s held denies work of %s USD: %s',
  async (usedUsd, heldUsd, requestedUsd, code) => {
    const { ledger } = setUp({ limits: [{ name: 'money', max: { usd: '8' }, per: 'ever' }] });
    const usd = (amount: bigint): bigint => amount * 1_000_000_000n;
    await ledger.settle({ ...work, id: '1' }, { ...used, cost: { ...used.cost, nanoUsd: usd(usedUsd) } });
    await ledger.reserve({ ...work, id: '2' }, { ...bounds, nanoUsd: String(usd(heldUsd)) }, HOUR_MS);
    const denial = await ledger.reserve(
      { ...work, id: '3' },
      { ...bounds, nanoUsd: String(usd(requestedUsd)) },
      HOUR_MS,
    );
    expect(denial?.code).toBe(code);
  },
);

it.each<[string, SetUp, number]>([
  ['its maximum output', {}, 1_000_000],
  ['the output that `reserve` returns', { reserve: () => 1_000_000 }, 2_000_000],
])('estimates an attempt with %s at the rates of the tier', async (_, options, maxTokens) => {
  const { ledger } = setUp(options);
  const attempt = {
    call: { ...work.call, operation: 'embedding' },
    target: 'openai/gpt-4.1',
    vendor: 'openai',
    model: 'gpt-4.1',
    attempt: 0,
    request: { messages: [], tools: [], output: undefined, extra: {}, maxTokens },
    capabilities: {},
    signal: new AbortController().signal,
  } as const satisfies AttemptInfo;
  const batch = await ledger.estimate(attempt, 'batch');
  const any = await ledger.estimate(attempt);
  expect(batch).toMatchObject({ requests: 1, output: 1_000_000 });
  // Output at 4 USD per million, and a few tokens of input.
  expect(Number(batch.nanoUsd) / 1e9).toBeCloseTo(4, 2);
  expect(Number(any.nanoUsd)).toBeGreaterThan(Number(batch.nanoUsd));
});

it('reads no counters for alerts without a listener', async () => {
  const memory = memoryStore();
  const read: string[] = [];
  const counters: typeof memory.counters = (prefix) => {
    read.push(prefix);
    return memory.counters(prefix);
  };
  const limits = [{ name: 'money', max: { usd: '8.00' }, per: 'ever' }] as const;
  for (const onAlert of [undefined, () => undefined]) {
    const { ledger } = setUp({ store: { ...memory, counters }, limits, onAlert });
    await ledger.settle({ ...work, id: `work ${typeof onAlert}` }, used);
    await ledger.book({ vendor: 'openai', usd: '0.10' });
    await ledger.flush();
    expect(read).toHaveLength(onAlert === undefined ? 0 : 2);
  }
});
