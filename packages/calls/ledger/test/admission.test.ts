import type { Attempt, AttemptInfo, Denial, Permit } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createLedger, memoryStore, type Alert, type LedgerOptions, type LedgerStore } from '../src/index.ts';
import { NOON, PRICED } from './support/fixture.ts';

/** Speech that costs a nano-USD for each character. */
const catalog = PRICED.with([
  {
    vendor: 'acme',
    id: 'voice',
    prices: [
      {
        from: '2020-01-01',
        rates: { input: 0, output: 0 },
        fees: { character: 0.001 },
        sources: ['contract'],
        trust: 'override',
      },
    ],
  },
]);
const limits = [{ name: 'money', max: { usd: '0.000000100' }, per: 'ever', alertAt: [] }] as const;

const speech = (characters: number, number = 1): AttemptInfo => ({
  call: { id: 'c', spec: 'acme/voice', operation: 'speech', tenant: undefined, metadata: {} },
  target: 'acme/voice',
  vendor: 'acme',
  model: 'voice',
  attempt: number,
  operation: 'speech',
  request: { messages: [], tools: [], output: undefined, extra: {} },
  payload: { text: 'a'.repeat(characters) },
  capabilities: {},
  signal: new AbortController().signal,
});
const attemptResult = (outcome: Attempt['outcome']): Attempt => ({
  target: 'acme/voice',
  outcome,
  error: undefined,
  usage: undefined,
  ms: 5,
});

function setUp(
  options: LedgerOptions = {},
  change: (memory: LedgerStore) => Partial<LedgerStore> = () => ({}),
) {
  const clock = fakeClock(NOON);
  const memory = memoryStore({ clock });
  const store = { ...memory, ...change(memory) };
  const alerts: Alert[] = [];
  const onAlert = (alert: Alert): void => void alerts.push(alert);
  const ledger = createLedger({ catalog, clock, store, limits, whenHeld: 'deny', onAlert, ...options });
  const admit = async (attempt: AttemptInfo) => ledger.gate.admit(attempt);
  /** Admits an attempt, and settles it with this outcome. */
  const run = async (attempt: AttemptInfo, outcome: Attempt['outcome'] = 'finished'): Promise<void> => {
    await ((await admit(attempt)) as Permit).settle(attemptResult(outcome));
  };
  const used = async () => (await ledger.state())[0]?.used;
  return { clock, ledger, alerts, admit, run, used };
}

describe('a limit of 100 nano-USD', () => {
  it.each<
    [
      usedAmount: number,
      heldAmount: number,
      requestedAmount: number,
      code: string | undefined,
      alerts: readonly string[],
    ]
  >([
    [0, 60, 40, undefined, []],
    [0, 60, 41, 'rate-limited', []],
    [0, 60, 100, 'rate-limited', []],
    [1, 60, 99, 'rate-limited', []],
    [1, 60, 100, 'budget-spent', ['spent']],
    [60, 0, 40, undefined, []],
    [60, 0, 41, 'budget-spent', ['spent']],
    [1, 0, 100, 'budget-spent', ['spent']],
    [1, 0, 101, 'call-too-large', []],
    [1, 60, 101, 'call-too-large', []],
  ])(
    'of which %i are used and %i held denies %i more: %s',
    async (usedAmount, heldAmount, requestedAmount, code, types) => {
      const { ledger, admit, run, alerts } = setUp();
      if (usedAmount > 0) await run(speech(usedAmount, 1));
      if (heldAmount > 0) await admit(speech(heldAmount, 2));
      const answer = (await admit(speech(requestedAmount, 3))) as Partial<Denial>;
      await ledger.flush();
      expect(answer.code).toBe(code);
      expect(alerts.map(({ type }) => type)).toEqual(types);
    },
  );

  it('reads no counters without onAlert', async () => {
    const counters = (): never => {
      throw new Error('the counters were read');
    };
    const { ledger, admit, run } = setUp({ onAlert: undefined }, () => ({ counters }));
    await run(speech(60, 1));
    expect(await admit(speech(41, 2))).toMatchObject({ code: 'budget-spent' });
    await ledger.flush();
  });
});

describe('a limit of calls', () => {
  const calls = [{ name: 'calls', max: { calls: 9 }, per: 'ever' }] as const;

  it.each<[outcomes: readonly Attempt['outcome'][], used: bigint]>([
    [['skipped'], 0n],
    [['skipped', 'finished'], 1n],
    [['skipped', 'skipped', 'failed', 'finished'], 1n],
    [['failed', 'skipped', 'finished'], 1n],
  ])('counts the attempts %j of one call as %s', async (outcomes, count) => {
    const { ledger, run, used } = setUp({ limits: calls });
    const { call } = speech(1);
    for (const [number, outcome] of outcomes.entries()) await run({ ...speech(1, number), call }, outcome);
    await ledger.flush();
    expect(await used()).toBe(count);
  });
});

it('alerts again that the store is down after it has admitted or denied an attempt', async () => {
  let isDown = true;
  const { admit, alerts } = setUp({}, (memory) => ({
    reserve: (...reservation) => {
      if (isDown) throw new Error('no disk');
      return memory.reserve(...reservation);
    },
  }));
  for (const characters of [100, 1]) {
    isDown = true;
    expect(await admit(speech(characters))).toMatchObject({ code: 'books-down' });
    isDown = false;
    await admit(speech(characters, 2));
  }
  isDown = true;
  await admit(speech(1));
  expect(alerts.map(({ type }) => type)).toEqual(['store-down', 'store-down', 'store-down']);
});

it("reserves 4096 tokens of output with reserve: 'likely' if the maximum and earlier responses are unknown", async () => {
  const tokens = [{ name: 'tokens', max: { tokens: 10_000 }, per: 'ever' }] as const;
  const { model: _, payload: __, ...chat } = speech(1);
  const heldAmount = async (options: LedgerOptions, maxTokens?: number): Promise<bigint> => {
    const { ledger, admit } = setUp({ limits: tokens, ...options });
    await admit({ ...chat, request: { ...chat.request, maxTokens } });
    return (await ledger.state())[0]?.held ?? 0n;
  };
  const input = await heldAmount({}, 0);
  expect(await heldAmount({ reserve: 'likely' })).toBe(input + 4096n);
  expect(await heldAmount({ reserve: 'likely' }, 5000)).toBe(input + 5000n);
});
