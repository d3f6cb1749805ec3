import { type AttemptInfo } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import {
  createLedger,
  memoryStore,
  type Alert,
  type Amount,
  type LedgerOptions,
  type LongWork,
  type SpendRecord,
  type UsedAmount,
} from '../src/index.ts';
import { recordingStore } from './support/fixture.ts';

const HOUR_MS = 3_600_000;
const work: LongWork = {
  id: 'batch/a/0',
  call: { id: 'batch/a', spec: 'openai/gpt-4.1', tenant: 'acme', metadata: {} },
  operation: 'batch',
  target: 'openai/gpt-4.1',
  vendor: 'openai',
  model: 'gpt-4.1',
};
const bounds: Amount = { requests: 10, input: 1000, output: 500, nanoUsd: 5_000_000_000n };
const usage = { input: 800, output: 100, cacheRead: 0, cacheWrite: 0, reasoning: undefined };
const used = {
  requests: 9,
  usage,
  cost: { nanoUsd: 2_000_000_000n, basis: 'catalogue', missing: [] },
  outcome: 'finished',
  ms: 5,
} as const;

function setUp(options: LedgerOptions = {}) {
  const clock = fakeClock(Date.parse('2026-11-22T12:00:00Z'));
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

it('renews the lease with the same id', async () => {
  const { ledger, clock, states } = setUp();
  await ledger.reserve(work, bounds, HOUR_MS);
  await clock.advance(HOUR_MS - 1);
  await ledger.reserve(work, bounds, HOUR_MS);
  await clock.advance(HOUR_MS - 1);
  expect((await states())['money']).toEqual([0n, 5_000_000_000n]);
});

it('counts a lapsed reservation as spent until it is settled', async () => {
  const { ledger, clock, states } = setUp();
  await ledger.reserve(work, bounds, HOUR_MS);
  await clock.advance(HOUR_MS);
  expect((await states())['money']).toEqual([5_000_000_000n, 0n]);
  await ledger.settle(work, used);
  expect((await states())['money']).toEqual([2_000_000_000n, 0n]);
});

it('returns the denial with the name of the limit, and admits the work after setLimit', async () => {
  const { ledger } = setUp();
  const large = { ...bounds, nanoUsd: 9_000_000_000n };
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

it.each([
  ['deny', 'books-down'],
  ['admit', undefined],
] as const)('whenDown: %s applies while the store is down', async (whenDown, code) => {
  const store = { ...memoryStore(), reserve: () => Promise.reject(new Error('down')) };
  const { ledger } = setUp({ store, whenDown });
  expect((await ledger.reserve(work, bounds, HOUR_MS))?.code).toBe(code);
});

it.each([
  ['reserve', 'deny', 'books-down'],
  ['reserve', 'admit', undefined],
  ['renew', 'deny', 'books-down'],
] as const)('a store that does not answer %s within 250 ms is down: %s', async (method, whenDown, code) => {
  const store = { ...memoryStore(), [method]: () => new Promise<never>(() => undefined) };
  const { ledger, clock } = setUp({ store, whenDown });
  const answer = ledger.reserve(work, bounds, HOUR_MS);
  await clock.advance(250);
  expect((await answer)?.code).toBe(code);
});

it('books work that was admitted while the store was down', async () => {
  const { ledger, states, records } = setUp();
  await ledger.settle(work, used);
  expect((await states())['money']).toEqual([2_000_000_000n, 0n]);
  expect(await records()).toHaveLength(1);
});

it.each([
  [0, ['records batch/a', 'append batch/a/0'], []],
  [1, ['records batch/a', 'reserve batch/a/0', 'settle batch/a/0', 'append batch/a/0'], [24 * HOUR_MS]],
])('books work on %i limit(s) with as few calls of the store as possible', async (count, calls, leases) => {
  const recording = recordingStore(fakeClock());
  const limits = [{ name: 'money', max: { usd: '8.00' }, per: 'ever' }] as const;
  const { ledger } = setUp({ store: recording.store, limits: limits.slice(0, count) });
  await ledger.settle(work, used);
  expect([recording.calls, recording.leases]).toEqual([calls, leases]);
});

it.each<
  [basis: UsedAmount['cost']['basis'], nanoUsd: bigint | undefined, usd: bigint, alerts: readonly string[]]
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

it('does not state that limits count a reservation if work has finished with unknown usage and cost', async () => {
  const { ledger, states, records } = setUp();
  await ledger.reserve(work, bounds, HOUR_MS);
  const cost = { nanoUsd: undefined, basis: 'unknown', missing: ['no usage'] } as const;
  await ledger.settle(work, { ...used, usage: undefined, cost });
  expect(await states()).toEqual({ money: [0n, 0n], tokens: [0n, 0n], requests: [9n, 0n] });
  expect(await records()).toMatchObject([{ basis: 'unknown', missing: ['no usage'] }]);
});

it('alerts again that the store is down after it has reserved work', async () => {
  const alerts: Alert[] = [];
  const memory = memoryStore();
  let isDown = true;
  const reserve: typeof memory.reserve = (...reservation) => {
    if (isDown) throw new Error('no disk');
    return memory.reserve(...reservation);
  };
  const { ledger } = setUp({ store: { ...memory, reserve }, onAlert: (alert) => alerts.push(alert) });
  for (const state of [true, true, false, true]) {
    isDown = state;
    await ledger.reserve(work, bounds, HOUR_MS);
  }
  expect(alerts.map(({ type }) => type)).toEqual(['store-down', 'store-down']);
});

it('alerts that a limit is spent if it denies work that would fit into a new period', async () => {
  const alerts: Alert[] = [];
  const limits = [{ name: 'money', max: { usd: '8' }, per: 'month', alertAt: [] }] as const;
  const { ledger } = setUp({ limits, onAlert: (alert) => alerts.push(alert) });
  await ledger.settle(work, used);
  const reserve = (id: string, nanoUsd: bigint) =>
    ledger.reserve({ ...work, id }, { ...bounds, nanoUsd }, HOUR_MS);
  expect((await reserve('too large', 9_000_000_000n))?.code).toBe('call-too-large');
  await ledger.flush();
  expect(alerts).toEqual([]);
  for (const id of ['1', '2']) expect((await reserve(id, 7_000_000_000n))?.code).toBe('budget-spent');
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
    await ledger.reserve({ ...work, id: '2' }, { ...bounds, nanoUsd: usd(heldUsd) }, HOUR_MS);
    const denial = await ledger.reserve(
      { ...work, id: '3' },
      { ...bounds, nanoUsd: usd(requestedUsd) },
      HOUR_MS,
    );
    expect(denial?.code).toBe(code);
  },
);

it.each<[string, LedgerOptions, number]>([
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
  expect(any.nanoUsd).toBeGreaterThan(batch.nanoUsd ?? 0n);
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
