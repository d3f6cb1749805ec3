import { LlmError, user, type CallOptions } from '@majordomo/core';
import { memoryStore, type LedgerOptions, type Limit } from '../src/index.ts';
import { fakeClock, type FakeClock, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { NOON, ledgerFixture, reply } from './support/fixture.ts';

/** Turn of a call that reserves a little more than 0.001 dollars for 100 tokens of output, and uses a hundredth of that. */
const slow = (delayMs: number): Turn => ({ ...(reply(1, 1) as object), delayMs });
const cents = (usd: string, more: Partial<Limit> = {}): Limit => ({
  name: 'budget',
  max: { usd },
  per: 'month',
  ...more,
});
const messages = [user('hi')];

type Outcome = 'answered' | LlmError;

/** Ledger whose calls are started without waiting for them. */
function setUpCalls(turns: readonly Turn[], options: LedgerOptions, clock: FakeClock = fakeClock(NOON)) {
  const { majordomo, ledger, alerts } = ledgerFixture(turns, options, {}, clock);
  const finished: number[] = [];
  let calls = 0;
  const callModel = async (call: CallOptions = {}, maxTokens = 100): Promise<Outcome> => {
    const number = calls++;
    try {
      await majordomo.model('acme/x').generate({ messages, maxTokens }, call);
      finished.push(number);
      return 'answered';
    } catch (error) {
      return error as LlmError;
    }
  };
  return { clock, ledger, alerts, callModel, finished };
}

const outcomesOf = async (
  clock: FakeClock,
  started: readonly Promise<Outcome>[],
): Promise<readonly Outcome[]> => {
  for (let second = 0; second < 60; second++) await clock.advance(1000);
  return Promise.all(started);
};

describe('a call that fits into a limit, but not next to the reservations of others', () => {
  it('waits until they settle: 100 parallel calls that cost 0.0011 dollars pass a budget of 0.01', async () => {
    const turns = Array.from({ length: 100 }, () => slow(200));
    const { clock, callModel, ledger, alerts } = setUpCalls(turns, { limits: [cents('0.01')] });
    const started = turns.map(() => callModel());
    expect(await outcomesOf(clock, started)).toEqual(turns.map(() => 'answered'));
    expect(await ledger.state()).toMatchObject([{ used: 1_100_000n, held: 0n }]);
    expect(alerts).toEqual([]);
  });

  it('passes in the order of arrival, also before a later call that would fit', async () => {
    const turns = Array.from({ length: 12 }, (_, at) => slow(100 + ((at * 37) % 50)));
    const { clock, callModel, finished } = setUpCalls(turns, { limits: [cents('0.003')] });
    const sizes = [100, 100, 200, 50, 100, 10, 200, 100, 100, 100, 50, 10];
    const admitted: number[] = [];
    const started = sizes.map(async (size, at) => {
      const outcome = await callModel({}, size);
      admitted.push(at);
      return outcome;
    });
    expect(await outcomesOf(clock, started)).toEqual(sizes.map(() => 'answered'));
    // Two fit at once, so neighbors may finish in either order.
    for (const [place, number] of finished.entries()) expect(Math.abs(place - number)).toBeLessThanOrEqual(2);
  });

  it('does not wait for calls on other counters', async () => {
    const limits = [cents('0.0015', { each: ['tenant'] })];
    const { clock, callModel } = setUpCalls([slow(5000), slow(5000), slow(1)], { limits });
    const first = callModel({ tenant: 'a' });
    const second = callModel({ tenant: 'a' });
    const other = callModel({ tenant: 'b' });
    await clock.advance(5001);
    expect(await Promise.race([other, second])).toBe('answered');
    expect(await outcomesOf(clock, [first, second, other])).toEqual(['answered', 'answered', 'answered']);
  });

  it('leaves the queue at an abort, and the next call takes its place', async () => {
    const { clock, callModel, finished } = setUpCalls([slow(1000), slow(1)], { limits: [cents('0.0015')] });
    const caller = new AbortController();
    const started = [callModel(), callModel({ signal: caller.signal }), callModel()];
    await clock.advance(10);
    caller.abort();
    expect(await started[1]).toMatchObject({ kind: 'aborted' });
    expect(clock.now() - NOON).toBe(10);
    await outcomesOf(clock, started);
    expect(finished).toEqual([0, 2]);
  });

  it.each<readonly [name: string, options: LedgerOptions, ms: number]>([
    ['30 seconds by default', {}, 30_000],
    ['heldTimeoutMs', { heldTimeoutMs: 500 }, 500],
    ["no time with whenHeld: 'deny'", { whenHeld: 'deny' }, 0],
  ])(
    'is denied after %s, with the held amount, the number of calls and a short wait',
    async (_, options, ms) => {
      const { clock, callModel, alerts } = setUpCalls([slow(100_000), slow(100_000)], {
        limits: [cents('0.003')],
        ...options,
      });
      void callModel();
      void callModel();
      let denied: Outcome | undefined;
      void callModel().then((outcome) => (denied = outcome));
      if (ms > 0) await clock.advance(ms - 1);
      expect(denied).toBeUndefined();
      await clock.advance(ms > 0 ? 1 : 0);
      expect(denied).toMatchObject({ kind: 'denied', details: { retryAfterMs: 1000 } });
      expect((denied as LlmError).message).toMatch(
        /^gate "ledger" denied acme\/x: limit "budget": 2 calls in progress hold \$0\.002\d+ of \$0\.003\d*, and this call may use up to \$0\.001\d+; retry when they have finished, or set maxTokens$/,
      );
      expect(alerts).toEqual([]);
    },
  );

  it('is denied until the period ends once the money is spent, and so are the calls behind it', async () => {
    const expensiveTurn: Turn = { ...(reply(2000, 50) as object), delayMs: 100 };
    const { clock, callModel } = setUpCalls([expensiveTurn, reply(1, 1)], { limits: [cents('0.0025')] });
    const [first, second, third] = [callModel(), callModel(), callModel({}, 5000)];
    await clock.advance(100);
    expect(await first).toBe('answered');
    const month = Date.UTC(2026, 11, 1) - NOON - 100;
    expect(await second).toMatchObject({ kind: 'denied', details: { retryAfterMs: month } });
    expect(((await second) as LlmError).message).toMatch(
      /has nothing left of \$0\.0025.*; the limit resets at 2026-12-01T/,
    );
    expect(await third).toMatchObject({ kind: 'denied' });
  });

  it('passes when its limit is raised or removed', async () => {
    const { clock, callModel, ledger } = setUpCalls([slow(20_000), slow(1), slow(1)], {
      limits: [cents('0.0015')],
    });
    const started = [callModel(), callModel()];
    await clock.advance(10);
    ledger.setLimit(cents('0.01'));
    await clock.advance(10);
    expect(await started[1]).toBe('answered');
    ledger.setLimit(cents('0.0015'));
    const third = callModel();
    await clock.advance(10);
    ledger.removeLimit('budget');
    await clock.advance(10);
    expect(await third).toBe('answered');
  });

  it('waits for the reservations of another process on the same store', async () => {
    const clock = fakeClock(NOON);
    const store = memoryStore({ clock });
    const options = { store, limits: [cents('0.0015')] };
    const other = setUpCalls([slow(2000)], options, clock);
    const { callModel } = setUpCalls([slow(1)], options, clock);
    const heldCall = other.callModel();
    const waiting = callModel();
    let outcome: Outcome | undefined;
    void waiting.then((settled) => (outcome = settled));
    await clock.advance(1900);
    expect(outcome).toBeUndefined();
    await clock.advance(250);
    expect([await heldCall, outcome]).toEqual(['answered', 'answered']);
  });

  describe("with whenSpent: 'advance'", () => {
    const advance = [{ ...cents('0.0015'), where: { target: ['acme/x'] }, whenSpent: 'advance' }] as const;
    const generate = (chain: string, { majordomo }: ReturnType<typeof ledgerFixture>) =>
      majordomo.model(chain).generate({ messages, maxTokens: 100 });

    it('tries the next target at once, also while another call waits', async () => {
      const models = { x: [slow(10_000), slow(1)], y: [slow(1), slow(1)] };
      const fixture = ledgerFixture([], { limits: advance, unknownPrice: 'admit' }, { models });
      const { clock } = fixture;
      const [first, last, next] = ['acme/x', 'acme/x', 'acme/x,acme/y'].map((chain) =>
        generate(chain, fixture),
      );
      await clock.advance(10);
      expect(await next).toMatchObject({ target: 'acme/y' });
      const other = generate('acme/x,acme/y', fixture);
      await clock.advance(10);
      expect(await other).toMatchObject({ target: 'acme/y' });
      await clock.advance(20_000);
      expect(await Promise.all([first, last])).toMatchObject([{ target: 'acme/x' }, { target: 'acme/x' }]);
    });

    it('waits at the last target of its chain', async () => {
      const fixture = ledgerFixture([slow(200), slow(1)], { limits: advance });
      const calls = [generate('acme/x', fixture), generate('acme/x', fixture)];
      await fixture.clock.advance(1000);
      expect(await Promise.all(calls)).toHaveLength(2);
    });
  });

  it('keeps no state of calls that have finished, aborted or timed out', async () => {
    const turns = Array.from({ length: 40 }, () => slow(700));
    const { clock, callModel, ledger } = setUpCalls(turns, {
      limits: [cents('0.0015')],
      heldTimeoutMs: 5000,
    });
    const callers = turns.map(() => new AbortController());
    const started = callers.map(({ signal }) => callModel({ signal }));
    await clock.advance(1000);
    callers
      .filter((_, at) => at % 3 === 0)
      .forEach((caller) => {
        caller.abort();
      });
    await outcomesOf(clock, started);
    expect(await ledger.state()).toMatchObject([{ held: 0n }]);
    expect(clock.pending).toBe(0);
  });
});

it('counts requests in progress as spent and denies a call beyond them until the period ends', async () => {
  const { clock, callModel } = setUpCalls([slow(100)], {
    limits: [cents('1', { max: { requests: 1 }, per: 'minute' })],
  });
  const first = callModel();
  expect(await callModel()).toMatchObject({ kind: 'denied', details: { retryAfterMs: 60_000 } });
  await clock.advance(100);
  expect(await first).toBe('answered');
});
