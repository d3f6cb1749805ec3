import { LlmError, type Attempt, type AttemptInfo, type Permit } from '@majordomo/core';
import { expect, it } from 'vitest';
import { attemptOf } from '../../test/support/values.ts';
import type { Alert } from '../contract/alert.ts';
import type { SpendRecord } from '../contract/record.ts';
import { createLedger } from '../create-ledger.ts';
import { memoryStore } from '../memory/memory-store.ts';

const attempt = attemptOf();
const finished: Attempt = { target: 'a/x', outcome: 'finished', error: undefined, usage: undefined, ms: 5 };
const limits = [{ name: 'burst', max: { requests: 2 }, per: 'minute' }] as const;

it('admits and settles synchronously with a store in memory', async () => {
  const ledger = createLedger({ limits });
  const permit = ledger.gate.admit(attempt);
  expect(permit).not.toBeInstanceOf(Promise);
  expect((permit as Permit).settle(finished)).toBeUndefined();
  expect(await ledger.state()).toMatchObject([{ used: 1n, held: 0n }]);
});

it('releases the claims of a skipped attempt', async () => {
  const ledger = createLedger({ limits });
  const permit = ledger.gate.admit(attempt) as Permit;
  expect(await ledger.state()).toMatchObject([{ used: 0n, held: 1n }]);
  await permit.settle({ ...finished, outcome: 'skipped' });
  expect(await ledger.state()).toMatchObject([{ used: 0n, held: 0n }]);
});

it('waits for an asynchronous store before the attempt and after it', async () => {
  const memory = memoryStore();
  const store = {
    ...memory,
    append: async (...record: Parameters<typeof memory.append>) => memory.append(...record),
  };
  const reserve = async (...claims: Parameters<typeof memory.reserve>) => memory.reserve(...claims);
  const ledger = createLedger({ limits, store: { ...store, reserve } });
  const admitting = ledger.gate.admit(attempt);
  expect(admitting).toBeInstanceOf(Promise);
  const settling = ((await admitting) as Permit).settle(finished);
  expect(settling).toBeInstanceOf(Promise);
  await settling;
  expect(await ledger.state()).toMatchObject([{ used: 1n, held: 0n }]);
});

it('does not read the request if all limits count requests', () => {
  const unreadableRequest = {
    get messages(): never {
      throw new Error('it was read');
    },
  };
  const admitWith = (max: object): unknown => {
    const ledger = createLedger({ limits: [{ name: 'all', max, per: 'ever' } as never] });
    return ledger.gate.admit({ ...attempt, request: unreadableRequest as never });
  };
  expect(admitWith({ requests: 1 })).toHaveProperty('settle');
  expect(() => admitWith({ tokens: 1 })).toThrow('it was read');
});

it('retries a booking that throws synchronously', async () => {
  const memory = memoryStore();
  let failures = 1;
  const append: typeof memory.append = (record) => {
    if (failures-- > 0) throw new Error('the disk is full');
    return memory.append(record);
  };
  const ledger = createLedger({ limits, store: { ...memory, append } });
  await (ledger.gate.admit(attempt) as Permit).settle(finished);
  await ledger.flush();
  const records = [];
  for await (const record of ledger.records()) records.push(record);
  expect(records).toHaveLength(1);
});

const down = (): never => {
  throw new Error('no disk');
};

it.each([
  ['admit', expect.objectContaining({ settle: expect.any(Function) as unknown })],
  ['deny', expect.objectContaining({ deny: expect.stringContaining('no disk') as unknown })],
] as const)('treats a store that throws as down: %s', async (whenDown, answer) => {
  const alerts: unknown[] = [];
  const store = { ...memoryStore(), reserve: down };
  const ledger = createLedger({ limits, store, whenDown, onAlert: (alert) => alerts.push(alert) });
  expect(await ledger.gate.admit(attempt)).toEqual(answer);
  expect(alerts).toMatchObject([{ type: 'store-down' }]);
});

it.each([
  ['deny', 0n],
  ['admit', 1n],
] as const)('releases a reservation whose reply was lost: whenDown %s', async (whenDown, used) => {
  const memory = memoryStore();
  const reserve: typeof memory.reserve = async (id, claims, leaseMs) => {
    await memory.reserve(id, claims, leaseMs);
    if (!id.endsWith('/unreserved')) throw new Error('the connection was lost');
    return undefined;
  };
  const ledger = createLedger({ limits, store: { ...memory, reserve }, whenDown });
  const permit = await ledger.gate.admit(attempt);
  if (permit !== undefined && 'settle' in permit) await permit.settle(finished);
  await ledger.flush();
  expect(await ledger.state()).toMatchObject([{ used, held: 0n }]);
});

it('releases the reservations whose replies were lost during an outage, and sends one request per retry until then', async () => {
  const memory = memoryStore();
  let isDown = true;
  let isConnected = false;
  const released: string[] = [];
  const settle: typeof memory.settle = (id, used) => {
    released.push(id);
    return isDown ? down() : memory.settle(id, used);
  };
  const reserve: typeof memory.reserve = async (...claims) => {
    if (isConnected) await memory.reserve(...claims);
    return isDown ? down() : undefined;
  };
  const daily = [{ name: 'day', max: { requests: 100 }, per: 'day' }] as const;
  const ledger = createLedger({ limits: daily, store: { ...memory, reserve, settle } });
  for (let number = 1; number <= 10; number++) {
    await ledger.gate.admit({ ...attempt, attempt: number });
    isConnected = true;
  }
  await expect(ledger.flush()).rejects.toThrow('no disk');
  expect(new Set(released)).toEqual(new Set(['c/a/x/1']));
  expect(await ledger.state()).toMatchObject([{ used: 0n, held: 9n }]);
  isDown = false;
  await ledger.flush();
  expect(await ledger.state()).toMatchObject([{ used: 0n, held: 0n }]);
});

it.each(['deny', 'admit'] as const)(
  'rejects an attempt that the store can never reserve, and does not treat the store as down: %s',
  async (whenDown) => {
    const alerts: unknown[] = [];
    const reserve = async (): Promise<never> => {
      throw new LlmError('invalid-request', 'the name is too long');
    };
    const store = { ...memoryStore(), reserve, settle: down };
    const ledger = createLedger({ limits, store, whenDown, onAlert: (alert) => alerts.push(alert) });
    await expect(ledger.gate.admit(attempt)).rejects.toMatchObject({ kind: 'invalid-request' });
    await ledger.flush();
    expect(alerts).toEqual([]);
  },
);

it('retries a failed renewal of a lease and reports that the store is down', async () => {
  const alerts: unknown[] = [];
  const timers: (() => void)[] = [];
  const clock = {
    now: () => 0,
    timer: (_: number, run: () => void) => {
      timers.push(run);
      return () => undefined;
    },
    sleep: () => Promise.resolve(),
  };
  const store = { ...memoryStore({ clock }), renew: down };
  const ledger = createLedger({ limits, clock, store, onAlert: (alert) => alerts.push(alert) });
  await ledger.gate.admit(attempt);
  expect(timers).toHaveLength(1);
  timers[0]?.();
  await Promise.resolve();
  expect([timers.length, alerts]).toMatchObject([2, [{ type: 'store-down' }]]);
});

it('waits for thenables that are not promises', async () => {
  const memory = memoryStore();
  const asThenable = <Args extends unknown[], T>(method: (...args: Args) => T | Promise<T>) =>
    ((...args: Args) => {
      const result = Promise.resolve(method(...args));
      return { then: result.then.bind(result) };
    }) as never;
  const { reserve, settle, append } = memory;
  const store = {
    ...memory,
    reserve: asThenable(reserve),
    settle: asThenable(settle),
    append: asThenable(append),
  };
  const ledger = createLedger({ limits, store });
  const permit = (await ledger.gate.admit(attempt)) as Permit;
  await permit.settle(finished);
  expect(await ledger.state()).toMatchObject([{ used: 1n, held: 0n }]);
});

const vectors: AttemptInfo = {
  ...attempt,
  call: { ...attempt.call, operation: 'embedding' },
  operation: 'embedding',
  vendor: 'openai',
  model: 'text-embedding-3-small',
  payload: { values: ['some text'] },
};

it('counts the claim of a finished attempt without usage, and alerts that its cost is unknown', async () => {
  const alerts: Alert[] = [];
  const records: SpendRecord[] = [];
  const ledger = createLedger({
    limits: [
      { name: 'money', max: { usd: '1' }, per: 'ever' },
      { name: 'tokens', max: { tokens: 10_000 }, per: 'ever' },
    ],
    onAlert: (alert) => alerts.push(alert),
    onRecord: (record) => records.push(record),
  });
  const permit = (await ledger.gate.admit(vectors)) as Permit;
  const reservedAmounts = (await ledger.state()).map((state) => state.held);
  await permit.settle(finished);
  await ledger.flush();
  const states = await ledger.state();
  expect(reservedAmounts.every((amount) => amount > 0n)).toBe(true);
  expect(states.map(({ used }) => used)).toEqual(reservedAmounts);
  expect(records).toMatchObject([{ usage: undefined, nanoUsd: undefined, basis: 'unknown' }]);
  expect(alerts).toEqual([{ type: 'unpriced', target: 'a/x', missing: ['no usage'] }]);
});

it.each([
  ['an invalid request', 'invalid-request', 400, { nanoUsd: '0', basis: 'estimate' }],
  ['too many requests', 'rate-limit', 429, { nanoUsd: '0', basis: 'estimate' }],
  ['a filtered answer, for which the model ran', 'content-filter', 400, { basis: 'estimate' }],
  ['a failure of the vendor', 'server', 500, { nanoUsd: '0', basis: 'estimate' }],
] as const)('records the cost of %s', async (_what, kind, status, expected) => {
  const records: SpendRecord[] = [];
  const ledger = createLedger({ onRecord: (record) => records.push(record) });
  const permit = (await ledger.gate.admit(vectors)) as Permit;
  const error = new LlmError(kind, 'answered with an error', { status });
  await permit.settle({ ...finished, outcome: 'failed', error });
  await ledger.flush();
  expect(records).toMatchObject([expected]);
});

it.each([
  ['with', [{ name: 'money', max: { usd: '1' }, per: 'ever' }]],
  ['without', []],
] as const)(
  'records the maximum of a stream that broke after the count of its input %s a limit',
  async (_what, limits) => {
    const alerts: Alert[] = [];
    const records: SpendRecord[] = [];
    const ledger = createLedger({
      limits,
      onAlert: (alert) => alerts.push(alert),
      onRecord: (record) => records.push(record),
    });
    const chat: AttemptInfo = { ...attempt, vendor: 'anthropic', model: 'claude-haiku-4-5' };
    const most = await ledger.estimate(chat);
    const permit = (await ledger.gate.admit(chat)) as Permit;
    const usage = { input: 1, output: undefined, cacheRead: 0, cacheWrite: 0, reasoning: undefined };
    const error = new LlmError('network', 'the connection was lost');
    await permit.settle({ ...finished, outcome: 'failed', error, usage });
    await ledger.flush();
    expect(records).toMatchObject([{ usage, nanoUsd: most.nanoUsd, basis: 'estimate' }]);
    for (const { used } of await ledger.state()) expect(`${used}`).toBe(most.nanoUsd);
    expect(alerts).toEqual([]);
  },
);
