import type { AttemptInfo } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { attemptOf } from '../../test/support/values.ts';
import type { Limit } from '../contract/limit.ts';
import type { Refusal } from '../contract/store.ts';
import { LimitCounters } from '../limits/limit-counters.ts';
import {
  canAdvance,
  heldDenial,
  queuedDenial,
  spentDenial,
  storeDownDenial,
  unboundedDenial,
  unmeasuredDenial,
  unpricedDenial,
} from './denials.ts';

const limit = (whenSpent?: 'advance'): LimitCounters =>
  new LimitCounters({ name: 'day', max: { usd: '1' }, per: 'day', whenSpent }, 0);
const attempt = attemptOf();

describe.each([
  ['an unknown number of units', unmeasuredDenial],
  ['an unknown price', unpricedDenial],
  ['an unknown output', unboundedDenial],
])('a denial because of %s', (_, denial) => {
  it('names the target and the limit', () => {
    expect(denial(attempt, limit()).deny).toMatch(/a\/x.*"day"/);
  });

  it.each([
    [undefined, false],
    ['advance', true],
  ] as const)('with whenSpent %s has advance: %s', (whenSpent, advance) => {
    expect(denial(attempt, limit(whenSpent)).advance).toBe(advance);
  });
});

it('names the model of a vendor without a price, and the missing vendor otherwise', () => {
  expect(unpricedDenial({ ...attempt, vendor: 'acme', model: 'x' }, limit()).deny).toMatch(
    /^no price for acme\/x; add one with catalog\.with\(…\) \(limit/,
  );
  expect(unpricedDenial({ ...attempt, vendor: 'acme' }, limit()).deny).toMatch(/^no price for acme\/; /);
  expect(unpricedDenial(attempt, limit()).deny).toMatch(/^no price for a\/x; .*set `vendor` of its provider/);
});

it('suggests a measured duration for recordings', () => {
  const audio = { bytes: new Uint8Array(1), mediaType: 'audio/wav' };
  const payload = { audio } as unknown as NonNullable<AttemptInfo['payload']>;
  expect(unmeasuredDenial({ ...attempt, payload }, limit()).deny).toContain('pass durationMs');
  expect(unmeasuredDenial(attempt, limit()).deny).toContain("unknownPrice: 'admit'");
});

it('allows a call that would wait behind others to advance, or to retry in a second', () => {
  expect(queuedDenial(limit('advance'))).toMatchObject({
    deny: expect.stringContaining('"day"') as unknown,
    advance: true,
    retryAfterMs: 1000,
  });
});

const refusal = { counter: '', left: 0n, held: 0n, holders: 0, retryAfterMs: undefined };
const NOON = Date.UTC(2026, 10, 20, 12);
const limitOf = (max: Limit['max'], each?: readonly string[]): LimitCounters =>
  new LimitCounters({ name: 'day', max, per: 'day', each }, 0);
const refusalOf = (limit: LimitCounters, more: Partial<Refusal> = {}): Refusal => ({
  ...refusal,
  counter: limit.prefix,
  ...more,
});

describe('the denial of a spent limit', () => {
  it.each<[Limit['max'], bigint, bigint, string]>([
    [{ calls: 5 }, 1n, 0n, 'has nothing left of 5 calls, and this call may use up to 1 call'],
    [{ requests: 5 }, 1n, 0n, 'has nothing left of 5 requests, and this call may use up to 1 request'],
    [{ tokens: 9 }, 4n, 3n, 'has 3 tokens of 9 tokens left, and this call may use up to 4 tokens'],
    [
      { usd: '0.006' },
      5_530_000n,
      5_520_000n,
      'has $0.005520000 of $0.006000000 left, and this call may use up to $0.005530000',
    ],
    [{ usd: '1' }, 20_000_000n, -1n, 'has nothing left of $1.00, and this call may use up to $0.020'],
  ])('of %j for %s with %s left', (max, amount, left, text) => {
    const limit = limitOf(max);
    expect(spentDenial(limit, amount, refusalOf(limit, { left }), NOON)).toMatchObject({
      deny: `limit "day" ${text}`,
      advance: false,
      retryAfterMs: undefined,
    });
  });

  it.each<[Limit['max'], string]>([
    [{ requests: 100 }, 'has 50 requests of 100 requests left, and this call may use up to 60 requests'],
    [{ calls: 100 }, 'has 50 calls of 100 calls left, and this call may use up to 60 calls'],
  ])('of %j does not count held amounts as left, because they are not released', (max, text) => {
    const limit = limitOf(max);
    const held = refusalOf(limit, { left: 50n, held: 50n, holders: 1 });
    expect(spentDenial(limit, 60n, held, NOON).deny).toContain(text);
  });

  it('counts held tokens as left, and states the counter and the time of the reset', () => {
    const limit = limitOf({ tokens: 5 }, ['tenant']);
    const counter = `${limit.prefix}tenant=t`;
    expect(
      spentDenial(limit, 4n, refusalOf(limit, { counter, left: 1n, held: 2n, retryAfterMs: 60_000 }), NOON),
    ).toMatchObject({
      deny: 'limit "day" (tenant=t) has 3 tokens of 5 tokens left, and this call may use up to 4 tokens; the limit resets at 2026-11-20T12:01:00.000Z',
      advance: false,
      retryAfterMs: 60_000,
    });
  });

  it('has no time if the call can never fit', () => {
    const limit = limitOf({ tokens: 9 });
    expect(spentDenial(limit, 10n, refusalOf(limit, { retryAfterMs: 5 }), NOON)).toMatchObject({
      deny: 'limit "day" allows 9 tokens in total, and this call may use up to 10 tokens; lower maxTokens, shorten the input, or create the ledger with reserve: \'likely\'',
      advance: false,
    });
    expect(spentDenial(limit, 9n, refusalOf(limit), NOON).deny).toContain('nothing left of 9 tokens');
  });

  it("allows the call to advance with whenSpent: 'advance'", () => {
    const advancing = limit('advance');
    for (const amount of [1n, 2_000_000_000n])
      expect(spentDenial(advancing, amount, refusalOf(advancing), NOON).advance).toBe(true);
  });
});

describe('the denial of a limit that other calls have reserved', () => {
  it.each([
    [1, '1 call in progress holds'],
    [2, '2 calls in progress hold'],
  ])('states the number of these calls (%d)', (holders, text) => {
    const tokens = limitOf({ tokens: 9 });
    expect(heldDenial(tokens, 4n, refusalOf(tokens, { held: 6n, holders }))).toMatchObject({
      deny: `limit "day": ${text} 6 tokens of 9 tokens, and this call may use up to 4 tokens; retry when they have finished, or set maxTokens`,
      advance: false,
      retryAfterMs: 1000,
    });
    const advancing = limit('advance');
    expect(heldDenial(advancing, 4n, refusalOf(advancing)).advance).toBe(true);
  });
});

it.each([
  ['advance', false, true],
  ['advance', true, false],
  ['advance', undefined, false],
  [undefined, false, false],
] as const)(
  'a call with whenSpent %s at its last target (%s) can advance: %s',
  (whenSpent, isLastTarget, can) => {
    expect(
      canAdvance(limit(whenSpent), { ...attempt, ...(isLastTarget !== undefined && { isLastTarget }) }),
    ).toBe(can);
  },
);

it.each([
  [new Error('no disk'), 'no disk'],
  ['no disk', 'no disk'],
])('the denial while the store is down states the reason and the remedy', (error, reason) => {
  expect(storeDownDenial(error).deny).toBe(
    `the store of the ledger failed (${reason}); set whenDown: 'admit' to admit calls during an outage`,
  );
});

describe('the code of a denial', () => {
  const own = (max: Limit['max'], per: Limit['per'] = 'day'): LimitCounters =>
    new LimitCounters({ name: 'key/k/day', max, per }, 0, true);

  it.each([
    ['budget-spent', spentDenial(limitOf({ usd: '1' }), 1n, refusalOf(limitOf({ usd: '1' })), NOON)],
    ['rate-limited', spentDenial(limitOf({ calls: 1 }), 1n, refusalOf(limitOf({ calls: 1 })), NOON)],
    ['rate-limited', spentDenial(limitOf({ tokens: 9 }), 1n, refusalOf(limitOf({ tokens: 9 })), NOON)],
    ['call-too-large', spentDenial(limitOf({ tokens: 9 }), 10n, refusalOf(limitOf({ tokens: 9 })), NOON)],
    ['rate-limited', heldDenial(limitOf({ tokens: 9 }), 4n, refusalOf(limitOf({ tokens: 9 })))],
    ['rate-limited', queuedDenial(limit())],
    ['no-bound', unboundedDenial(attempt, limit())],
    ['no-price', unpricedDenial(attempt, limit())],
    ['no-price', unmeasuredDenial(attempt, limit())],
    ['books-down', storeDownDenial('no disk')],
  ])('is %s, and the public message has no figures and names', (code, denial) => {
    expect(denial.code).toBe(code);
    expect(denial.publicMessage).not.toMatch(/\d|"|day|disk/);
    // An application without a gateway also sends the message to its clients.
    expect(denial.publicMessage).not.toContain('gateway');
    expect(denial.publicMessage?.length).toBeGreaterThan(20);
  });

  it('comes with the figures of a limit of the caller', () => {
    const limit = own({ usd: '5' });
    const spent = spentDenial(
      limit,
      2_000_000_000n,
      refusalOf(limit, { left: 500_000_000n, retryAfterMs: 1000 }),
      NOON,
    );
    expect(spent.publicMessage).toBe(
      'the limit of this key per day has $0.50 of $5.00 left, and this request may use up to $2.00; the limit resets at 2026-11-20T12:00:01.000Z',
    );
    expect(spentDenial(limit, 6_000_000_000n, refusalOf(limit), NOON).publicMessage).toBe(
      'this request may use up to $6.00, and the limit of this key per day is $5.00; shorten it, or set a lower maximum answer length (max_tokens)',
    );
    const tokens = own({ tokens: 9 }, 'ever');
    expect(heldDenial(tokens, 4n, refusalOf(tokens, { held: 6n, holders: 1 })).publicMessage).toBe(
      'the limit of this key: 1 call in progress holds 6 tokens of 9 tokens, and this request may use up to 4 tokens; retry when they have finished',
    );
  });
});
