import { LlmError, user } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { fakeClock } from '@majordomo/testing';
import type { Limit } from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { NOON, PRICED, ledgerFixture, recordingStore, reply } from './support/fixture.ts';

const day = (of: Partial<Limit> = {}): Limit => ({
  name: 'day',
  max: { requests: 2 },
  per: 'day',
  ...of,
});

const denialOf = (promise: Promise<unknown>): Promise<LlmError> =>
  promise.then(
    () => Promise.reject(new Error('it was admitted')),
    (error: unknown) => (LlmError.is(error, 'denied') ? error : Promise.reject(error as Error)),
  );

describe('a limit', () => {
  it('admits until it is spent, then denies with the rest and the time of the reset', async () => {
    const { callModel } = ledgerFixture([reply(1, 1), reply(1, 1), reply(1, 1)], { limits: [day()] });
    await callModel();
    await callModel();
    const error = await denialOf(callModel());
    expect(error.message).toBe(
      'gate "ledger" denied acme/x: limit "day" has nothing left of 2 requests, and this call may use up to 1 request; the limit resets at 2026-11-21T00:00:00.000Z',
    );
    expect(error.details.retryAfterMs).toBe(12 * 3_600_000);
  });

  it('counts money to the nano-dollar', async () => {
    const { callModel, ledger } = ledgerFixture([reply(123, 45)], {
      limits: [day({ max: { usd: '1' } })],
    });
    await callModel();
    const [state] = await ledger.state('day');
    expect([state?.used, state?.held, state?.left]).toEqual([573_000n, 0n, 999_427_000n]);
  });

  it('is never exceeded by reservations, and may have an unused rest', async () => {
    // 100 tokens of output may cost 1,000 micro-dollars. Each call uses 10 micro-dollars.
    const { callModel, ledger } = ledgerFixture(
      Array.from({ length: 200 }, () => reply(1, 10)),
      {
        limits: [day({ max: { usd: '0.01' } })],
      },
    );
    let calls = 0;
    const error = await denialOf(
      (async () => {
        for (;;) {
          await callModel();
          calls++;
        }
      })(),
    );
    const [state] = await ledger.state('day');
    expect(state?.used).toBe(BigInt(calls) * 101_000n);
    expect(state!.left).toBeLessThan(2_000_000n);
    expect(state!.left).toBeGreaterThan(0n);
    expect(error.message).toMatch(
      /^gate "ledger" denied acme\/x: limit "day" has \$0\.00\d+ of \$0\.01\d* left, and/,
    );
  });

  it('reserves the amounts that parallel calls may use', async () => {
    const turns = Array.from({ length: 100 }, () => reply(1, 1));
    const { callModel, ledger } = ledgerFixture(turns, { limits: [day({ max: { requests: 10 } })] });
    const results = await Promise.allSettled(turns.map(() => callModel()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect((await ledger.state())[0]?.used).toBe(10n);
  });

  it('has a separate counter for each tenant, and denies one without affecting another', async () => {
    const { callModel, ledger, majordomo } = ledgerFixture([reply(1, 1), reply(1, 1), reply(1, 1)], {
      limits: [day({ max: { requests: 1 }, each: ['tenant', 'provider', 'feature'] })],
    });
    await callModel({ tenant: 'ä/c=me', metadata: { feature: 'search' } });
    await denialOf(callModel({ tenant: 'ä/c=me', metadata: { feature: 'search' } }));
    await callModel({ tenant: 'other', metadata: { feature: 'search' } });
    await callModel();
    expect((await ledger.state('day')).map(({ key, used }) => [key, used])).toEqual(
      [
        ['tenant=%C3%A4%2Fc%3Dme,provider=acme,feature=search', 1n],
        ['tenant=,provider=acme,feature=', 1n],
        ['tenant=other,provider=acme,feature=search', 1n],
      ].sort(),
    );
    expect(majordomo.health.snapshot()).toEqual({});
  });

  it('counts only attempts that its filter matches', async () => {
    const limits = [day({ max: { requests: 1 }, where: { tenant: ['a', 'b'], vendor: ['acme'] } })];
    const { callModel } = ledgerFixture([reply(1, 1), reply(1, 1), reply(1, 1)], { limits });
    await callModel({ tenant: 'a' });
    await denialOf(callModel({ tenant: 'b' }));
    await callModel({ tenant: 'c' });
    await callModel();
  });

  it("tries the next target only with whenSpent: 'advance'", async () => {
    const fake = { models: { x: [reply(1, 1)], y: [reply(1, 1)] } };
    const limit = day({ max: { requests: 1 }, where: { target: ['acme/x'] } });
    const strict = ledgerFixture([], { limits: [limit] }, fake);
    await strict.callModel({ spec: 'acme/x,acme/y' });
    await denialOf(strict.callModel({ spec: 'acme/x,acme/y' }));
    const lenient = ledgerFixture([], { limits: [{ ...limit, whenSpent: 'advance' }] }, fake);
    await lenient.callModel({ spec: 'acme/x,acme/y' });
    await lenient.callModel({ spec: 'acme/x,acme/y' });
    expect(lenient.records.map(({ target }) => target)).toEqual(['acme/x', 'acme/y']);
  });

  it('reserves on all limits or on none', async () => {
    const { callModel, ledger } = ledgerFixture([reply(1, 1)], {
      limits: [day({ name: 'wide', max: { tokens: 100_000 } }), day({ name: 'tight', max: { tokens: 10 } })],
    });
    await denialOf(callModel());
    expect((await ledger.state()).map(({ used, held }) => [used, held])).toEqual([
      [0n, 0n],
      [0n, 0n],
    ]);
  });

  it('reports the possible cost of a call that can never fit, and the remedy', async () => {
    const { callModel } = ledgerFixture([reply(1, 1)], { limits: [day({ max: { usd: '0.0001' } })] });
    const error = await denialOf(callModel());
    expect(error.message).toMatch(
      /: limit "day" allows \$0\.0001\d* in total, and this call may use up to \$0\.001\d*; lower maxTokens, shorten the input, or create the ledger with reserve: 'likely'$/,
    );
    expect(error.details.retryAfterMs).toBeUndefined();
  });

  it('of money denies calls without a price or a known length', async () => {
    const fake = { models: { x: [reply(1, 1)], unknown: [reply(1, 1)] } };
    const limits = [day({ max: { usd: '1' } })];
    const { callModel } = ledgerFixture([], { limits }, fake);
    expect((await denialOf(callModel({ spec: 'acme/unknown' }))).message).toContain(
      'no price for acme/unknown; add one with catalog.with(…)',
    );
    const tokens = ledgerFixture([], { limits: [day({ max: { tokens: 100 } })] }, fake);
    const unbounded = tokens.majordomo.model('acme/unknown').generate({ messages: [user('hi')] });
    expect((await denialOf(unbounded)).message).toContain('the maximum output of acme/unknown is unknown');
  });

  it("admits calls without a price with unknownPrice: 'admit', and alerts once", async () => {
    const fake = { models: { unknown: [reply(1, 1), reply(1, 1)] } };
    const { callModel, alerts, ledger } = ledgerFixture(
      [],
      { limits: [day({ max: { usd: '1' } })], unknownPrice: 'admit' },
      fake,
    );
    await callModel({ spec: 'acme/unknown' });
    await callModel({ spec: 'acme/unknown' });
    expect(alerts).toEqual([{ type: 'unpriced', target: 'acme/unknown', missing: ['no price'] }]);
    expect((await ledger.state())[0]?.used).toBe(0n);
    expect((await ledger.report({ by: [] }))[0]).toMatchObject({ unpriced: 2, nanoUsd: 0n });
  });

  it('of money counts the cost that the vendor reports for a model without a price', async () => {
    const turn = { text: 'yes', usage: { ...UNKNOWN_USAGE, details: { reportedNanoUsd: '7000' } } };
    const options = { limits: [day({ max: { usd: '1' } })], unknownPrice: 'admit' } as const;
    const { callModel, ledger } = ledgerFixture([], options, { models: { unknown: [turn] } });
    await callModel({ spec: 'acme/unknown' });
    expect((await ledger.state())[0]).toMatchObject({ used: 7000n, held: 0n });
  });

  it('of money ignores calls that a plan includes, whose tokens and requests count', async () => {
    const limits = [
      day({ name: 'usd', max: { usd: '0.000001' } }),
      day({ name: 'tokens', max: { tokens: 20_000 } }),
      day({ name: 'requests' }),
    ];
    const { callModel, ledger, records } = ledgerFixture([reply(5, 6)], { limits }, { billing: 'included' });
    await callModel();
    expect((await ledger.state()).map(({ used }) => used)).toEqual([0n, 11n, 1n]);
    expect(records[0]).toMatchObject({ basis: 'included', nanoUsd: undefined });
    expect((await ledger.report({ by: [] }))[0]).toMatchObject({ unpriced: 0 });
  });

  it('of money emits no alert for calls that a plan includes', async () => {
    const limits = [
      day({ max: { usd: '1' }, alertAt: [0.1] }),
      day({ name: 'requests', max: { requests: 1 } }),
    ];
    const { callModel, ledger, alerts } = ledgerFixture([reply(5, 6)], { limits }, { billing: 'included' });
    await ledger.book({ vendor: 'acme', usd: '0.05' });
    await callModel();
    expect(alerts.flatMap((alert) => ('state' in alert ? [alert.state.limit.name] : []))).not.toContain(
      'day',
    );
    expect((await ledger.state('day'))[0]).toMatchObject({ used: 50_000_000n });
  });

  it('books an overrun, and denies the next', async () => {
    const { callModel, ledger } = ledgerFixture([reply(5000, 5000), reply(1, 1)], {
      limits: [day({ max: { tokens: 2000 } })],
    });
    await callModel();
    expect((await ledger.state())[0]?.left).toBe(-8000n);
    await denialOf(callModel());
  });

  it('can be replaced and removed while calls are in progress', async () => {
    const { callModel, ledger } = ledgerFixture([reply(1, 1), reply(1, 1), reply(1, 1)], {
      limits: [day({ max: { requests: 1 } })],
    });
    await callModel();
    await denialOf(callModel());
    ledger.setLimit(day({ max: { requests: 2 } }));
    await callModel();
    await denialOf(callModel());
    ledger.removeLimit('day');
    await callModel();
    expect(ledger.limits()).toEqual([]);
  });
});

describe('a reservation', () => {
  const limits = [day({ max: { tokens: 100_000 } })];

  it('is the limit of the request, otherwise that of the model', async () => {
    const { store, reservedAmounts } = recordingStore(fakeClock(NOON));
    const { callModel, majordomo } = ledgerFixture([reply(1, 1), reply(1, 1)], { limits, store });
    await callModel({ maxTokens: 7 });
    await majordomo.model('acme/x').generate({ messages: [user('hi')] });
    // The maximum of the model is 1,000 tokens, and that of the first request 7.
    expect(reservedAmounts[1]! - reservedAmounts[0]!).toBe(993n);
  });

  it("is at most 4096 tokens with reserve: 'likely' for the first calls without maxTokens", async () => {
    const { ledger, majordomo } = ledgerFixture([reply(1, 1)], {
      limits: [day({ max: { tokens: 5_000 } })],
      catalog: PRICED.with([{ vendor: 'acme', id: 'x', maxOutputTokens: 100_000 }]),
      reserve: 'likely',
    });
    await majordomo.model('acme/x').generate({ messages: [user('hi')] });
    expect((await ledger.state())[0]?.used).toBe(2n);
  });

  it("follows earlier responses with reserve: 'likely', or the result of a function", async () => {
    const { store, reservedAmounts } = recordingStore(fakeClock(NOON));
    const turns = Array.from({ length: 8 }, (_, number) => reply(1, 10 + number));
    const likelyFixture = ledgerFixture(turns, { limits, store, reserve: 'likely' });
    for (const _ of turns) await likelyFixture.callModel({ maxTokens: 500 });
    expect(reservedAmounts.at(-1)! - reservedAmounts[0]!).toBe(16n - 500n);
    reservedAmounts.length = 0;
    const customFixture = ledgerFixture([reply(1, 1), reply(1, 1)], {
      limits,
      store,
      reserve: ({ attempt }) => attempt,
    });
    await customFixture.callModel({ maxTokens: 500 });
    const maximumFixture = ledgerFixture([reply(1, 1)], {
      limits,
      store,
      reserve: () => undefined,
    });
    await maximumFixture.callModel({ maxTokens: 500 });
    expect(reservedAmounts[1]! - reservedAmounts[0]!).toBe(499n);
  });
});

describe('periods', () => {
  it('end with the month of the zone, and the next one starts at 0', async () => {
    const { callModel, clock, ledger } = ledgerFixture([reply(1, 1), reply(1, 1), reply(1, 1)], {
      limits: [day({ name: 'month', max: { requests: 1 }, per: 'month', zone: 'Europe/Berlin' })],
    });
    await callModel();
    const end = Date.UTC(2026, 10, 30, 23);
    expect((await ledger.state())[0]?.resetsAt).toBe(end);
    await clock.advance(end - 1 - NOON);
    await denialOf(callModel());
    await clock.advance(1);
    await callModel();
    expect((await ledger.state())[0]).toMatchObject({ used: 1n, resetsAt: Date.UTC(2026, 11, 31, 23) });
  });

  it('count a call in the period in which it was admitted', async () => {
    const slow = { ...(reply(1, 1) as object), delayMs: 40_000 };
    const { callModel, clock, ledger } = ledgerFixture([slow, reply(1, 1)], {
      limits: [day({ max: { requests: 1 } })],
    });
    await clock.advance(12 * 3_600_000 - 30_000);
    const response = callModel();
    await clock.advance(30_000);
    await callModel();
    await clock.advance(31_000);
    await response;
    expect((await ledger.state())[0]?.used).toBe(1n);
  });
});
