import { LlmError, user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { memoryStore, type LedgerOptions, type Limit } from '../src/index.ts';
import { fakeClock, type FakeOptions, type Turn } from '@majordomo/testing';
import { NOON, ledgerFixture, recordingStore, reply } from './support/fixture.ts';

const request = { messages: [user('hi')], maxTokens: 100 };
const perDay = (max: Limit['max'], more: Partial<Limit> = {}): Limit => ({
  name: 'budget',
  max,
  per: 'day',
  ...more,
});

function setUp(
  limit: Limit,
  turns: readonly Turn[] = [],
  options: LedgerOptions = {},
  fake: Partial<FakeOptions> = {},
) {
  const clock = fakeClock(NOON);
  const { store, calls } = recordingStore(clock);
  const fixture = ledgerFixture(turns, { limits: [limit], store, ...options }, fake, clock);
  /** Returns the details of the denial, or `undefined` if the call may be made. */
  const precheck = async (tenant?: string, spec = 'acme/x'): Promise<LlmError['details'] | undefined> => {
    try {
      await fixture.majordomo.precheck(spec, request, { tenant });
      return undefined;
    } catch (error) {
      if (LlmError.is(error, 'denied')) return error.details;
      throw error;
    }
  };
  return { ...fixture, calls, precheck };
}

describe('precheck', () => {
  it.each<[string, Limit['max'], string]>([
    ['money', { usd: '0.0015' }, 'budget-spent'],
    ['tokens', { tokens: 500 }, 'rate-limited'],
    ['requests', { requests: 1 }, 'rate-limited'],
    ['calls', { calls: 1 }, 'rate-limited'],
  ])('denies a call that no longer fits into a limit of %s, without a reservation', async (_, max, code) => {
    const { callModel, precheck, calls, ledger } = setUp(perDay(max), [reply(1, 90)], { onAlert: undefined });
    expect(await precheck()).toBeUndefined();
    await callModel();
    calls.length = 0;
    expect(await precheck()).toMatchObject({ code, retryAfterMs: 12 * 3_600_000 });
    expect(calls).toEqual([]);
    expect(await ledger.state()).toMatchObject([{ held: 0n }]);
  });

  it('denies a call that no period allows', async () => {
    const { precheck } = setUp(perDay({ tokens: 50 }));
    expect(await precheck()).toMatchObject({ code: 'call-too-large' });
  });

  it('admits the call again after the period has ended', async () => {
    const { callModel, precheck, clock } = setUp(perDay({ calls: 1 }), [reply(1, 1)]);
    await callModel();
    expect(await precheck()).toBeDefined();
    await clock.advance(12 * 3_600_000);
    expect(await precheck()).toBeUndefined();
  });

  it('reads only the counter of its tenant', async () => {
    const limit = perDay({ calls: 1 }, { each: ['tenant'] });
    const { callModel, precheck } = setUp(limit, [reply(1, 1)]);
    await callModel({ tenant: 'team-a' });
    expect(await precheck('team-a')).toBeDefined();
    expect(await precheck('team')).toBeUndefined();
  });

  it.each<[Limit['max'], boolean]>([
    [{ usd: '0.0015' }, false],
    [{ tokens: 500 }, false],
    [{ requests: 1 }, true],
    [{ calls: 1 }, true],
  ])('under %j, next to a call in progress, denies the call: %s', async (max, isDenied) => {
    const { majordomo, precheck, clock } = setUp(perDay(max), [{ ...(reply(1, 1) as object), delayMs: 10 }]);
    const running = majordomo.model('acme/x').generate(request);
    await clock.advance(1);
    expect((await precheck()) !== undefined).toBe(isDenied);
    await clock.advance(10);
    await running;
  });

  it('does not apply a limit of money to a target that a plan covers', async () => {
    const { precheck } = setUp(perDay({ usd: '0.000001' }), [], {}, { billing: 'included' });
    expect(await precheck()).toBeUndefined();
  });

  it('emits the alert of a spent limit', async () => {
    const { callModel, precheck, ledger, alerts } = setUp(perDay({ tokens: 500 }), [reply(1, 90)]);
    await callModel();
    await precheck();
    await ledger.flush();
    expect(alerts).toMatchObject([{ type: 'spent' }]);
  });

  it.each(['admit', 'deny'] as const)('with a store that fails: %s', async (whenDown) => {
    const store = { ...memoryStore(), counters: () => Promise.reject(new Error('no disk')) };
    const { precheck, alerts } = setUp(perDay({ calls: 1 }), [], { store, whenDown });
    expect((await precheck())?.code).toBe(whenDown === 'admit' ? undefined : 'books-down');
    expect(alerts).toMatchObject([{ type: 'store-down' }]);
  });
});
