import { describe, expect, it } from 'vitest';
import type { Limit } from '../contract/limit.ts';
import { spentDenial } from '../gate/denials.ts';
import { LimitCounters, type Spender } from './limit-counters.ts';

const leftAt = (per: Limit['per'], at: string, zone = 'UTC') => {
  const limit = new LimitCounters({ name: 'a', max: { requests: 1 }, per, zone }, 0);
  const { resetsInMs, nextResetsInMs } = limit.claim('a', 1n, { tenant: undefined }, Date.parse(at));
  return [resetsInMs, nextResetsInMs];
};
const DAY = 86_400_000;

describe('a claim', () => {
  it.each([
    ['minute', '2026-11-20T12:00:58.000Z', [2000, undefined]],
    ['minute', '2026-11-20T12:00:58.001Z', [1999, 61_999]],
    ['hour', '2026-11-20T12:59:59.999Z', [1, 3_600_001]],
    ['day', '2026-11-20T23:59:59.000Z', [1000, DAY + 1000]],
    ['month', '2026-01-31T23:59:59.000Z', [1000, 28 * DAY + 1000]],
    ['ever', '2026-01-31T23:59:59.000Z', [undefined, undefined]],
    [{ ms: 1000 }, '2026-11-20T12:00:00.950Z', [50, undefined]],
    [{ ms: 1000 }, '2026-11-20T12:00:00.951Z', [49, 1049]],
  ] as const)(
    'of a limit per %j at %s has the rest of the period, and shortly before its end that of the next',
    (per, at, left) => {
      expect(leftAt(per, at)).toEqual(left);
    },
  );

  it('uses the length of the next day for the end of the next period', () => {
    // The clocks go forward on 29 March 2026 in Berlin.
    expect(leftAt('day', '2026-03-28T22:59:59.000Z', 'Europe/Berlin')).toEqual([1000, 23 * 3_600_000 + 1000]);
  });

  it.each([
    ['minute', 'UTC', { ms: 60_000, phaseMs: 0 }],
    ['hour', 'Asia/Kolkata', { ms: 3_600_000, phaseMs: 1_800_000 }],
    [{ ms: 7000 }, 'UTC', { ms: 7000, phaseMs: 0 }],
    ['day', 'UTC', undefined],
    ['month', 'UTC', undefined],
    ['ever', 'UTC', undefined],
  ] as const)('of a limit per %j in %s has the windows of its periods', (per, zone, window) => {
    const limit = new LimitCounters({ name: 'a', max: { requests: 1 }, per, zone }, 0);
    const at = Date.parse('2026-11-20T12:10:58.000Z');
    expect(limit.claim('a', 1n, { tenant: undefined }, at).window).toEqual(window);
  });
});

it('computes a period once', () => {
  const limit = new LimitCounters({ name: 'a', max: { requests: 1 }, per: 'hour', zone: 'Asia/Tokyo' }, 0);
  const from = Date.parse('2026-11-20T12:00:00.000Z');
  const period = limit.periodAt(from + 1);
  expect(period).toEqual({ from, to: from + 3_600_000 });
  for (const at of [from, from + 3_599_999]) expect(limit.periodAt(at)).toBe(period);
  for (const at of [from - 1, from + 3_600_000]) expect(limit.periodAt(at)).not.toEqual(period);
});

const spender: Spender = { tenant: 't', vendor: 'v', target: 'a/x', metadata: {} };
const counterOf = (of: Partial<Limit>, by: Partial<Spender> = {}): string | undefined =>
  new LimitCounters({ name: 'n', max: { requests: 1 }, per: 'ever', ...of }, 0).counterFor({
    ...spender,
    ...by,
  });

describe('a counter', () => {
  it.each<[Partial<Limit>, string]>([
    [{}, 'limit/n/requests/ever@UTC/'],
    [{ name: 'ä/%', max: { usd: '1' } }, 'limit/%C3%A4%2F%25/usd/ever@UTC/'],
    [{ max: { tokens: 1 }, per: { ms: 5 }, zone: 'Europe/Berlin' }, 'limit/n/tokens/5ms@Europe%2FBerlin/'],
    [{ name: 'lone \ud800' }, 'limit/lone%20%EF%BF%BD/requests/ever@UTC/'],
    [
      { each: ['tenant', 'vendor', 'provider', 'target'] },
      'limit/n/requests/ever@UTC/tenant=t,vendor=v,provider=a,target=a%2Fx',
    ],
  ])('of %j is %s', (limit, counter) => {
    expect(counterOf(limit)).toBe(counter);
  });

  it.each([
    ['text', 'text'],
    [7, '7'],
    [true, 'true'],
    [8n, '8'],
    [{}, ''],
    [undefined, ''],
    [null, ''],
  ])('contains the metadata %s as "%s"', (value, text) => {
    expect(counterOf({ each: ['key'] }, { metadata: { key: value } })).toBe(
      `limit/n/requests/ever@UTC/key=${text}`,
    );
  });

  it('contains an empty value for a missing tenant or vendor', () => {
    expect(counterOf({ each: ['tenant', 'vendor'] }, { tenant: undefined, vendor: undefined })).toBe(
      'limit/n/requests/ever@UTC/tenant=,vendor=',
    );
  });

  it.each<[NonNullable<Limit['where']>, boolean]>([
    [{}, true],
    [{ tenant: undefined }, true],
    [{ tenant: ['s', 't'] }, true],
    [{ tenant: ['s'] }, false],
    [{ vendor: ['v'], provider: ['a'], target: ['a/x'] }, true],
    [{ vendor: ['w'], provider: ['a'], target: ['a/x'] }, false],
    [{ vendor: ['v'], provider: ['b'], target: ['a/x'] }, false],
    [{ vendor: ['v'], provider: ['a'], target: ['a/y'] }, false],
  ])('of a limit with the filter %j exists: %s', (where, isMatch) => {
    expect(counterOf({ where }) !== undefined).toBe(isMatch);
  });

  it('does not exist if the filter names tenants and the call has none', () => {
    expect(counterOf({ where: { tenant: ['t'] } }, { tenant: undefined })).toBeUndefined();
  });
});

describe('the tenant of a claim', () => {
  const tenantOf = (each: readonly string[] | undefined, tenant: string | undefined) =>
    new LimitCounters({ name: 'n', max: { requests: 1 }, per: 'ever', each }, 0).claim('c', 1n, { tenant }, 0)
      .tenant;

  it('is that of the call if tenants have separate counters, and otherwise absent', () => {
    expect(tenantOf(['vendor', 'tenant'], 't')).toBe('t');
    expect(tenantOf(['tenant'], undefined)).toBe('');
    expect(tenantOf(['vendor'], 't')).toBeUndefined();
    expect(tenantOf(undefined, 't')).toBeUndefined();
  });
});

it('an empty claim reserves nothing and always fits', () => {
  const limit = new LimitCounters({ name: 'n', max: { tokens: 5 }, per: 'ever' }, 0);
  expect(limit.claim('c', 3n, { tenant: undefined }, 0)).toMatchObject({ counter: 'c', max: 5n, amount: 3n });
  expect(limit.emptyClaim('c', { tenant: undefined }, 0)).toMatchObject({
    counter: 'c',
    max: 2n ** 63n - 1n,
    amount: 0n,
    whenLapsed: 'spent',
  });
});

it('the state of a counter contains the remaining amount and the end of its period', () => {
  const definition: Limit = { name: 'n', max: { usd: '0.00000001' }, per: { ms: 1000 }, each: ['tenant'] };
  const limit = new LimitCounters(definition, 0);
  const counter = `${limit.prefix}tenant=t`;
  const state = { counter, used: 4n, held: 3n, resetsAt: 900 };
  expect(limit.stateOf(state, 500)).toEqual({
    limit: definition,
    key: 'tenant=t',
    used: 4n,
    held: 3n,
    left: 3n,
    resetsAt: 900,
  });
  expect(limit.stateOf({ ...state, resetsAt: undefined }, 1500).resetsAt).toBe(2000);
});

it.each([
  ['is the end of the period if the store counted from a few milliseconds later', 8, 0],
  ['is the time of a store with another clock', 90_000, 90_000],
])('the reset time %s', (_, late, expected) => {
  const limit = new LimitCounters({ name: 'n', max: { requests: 1 }, per: 'day' }, 0);
  const now = Date.UTC(2026, 10, 23, 9, 30);
  const end = Date.UTC(2026, 10, 24);
  const state = { counter: limit.prefix, used: 1n, held: 0n, resetsAt: end + late };
  expect(limit.stateOf(state, now).resetsAt).toBe(end + expected);
  const refusal = { counter: limit.prefix, left: 0n, held: 0n, holders: 0, retryAfterMs: end + late - now };
  expect(spentDenial(limit, 1n, refusal, now).deny).toContain(new Date(end + expected).toISOString());
});

it('windows before the epoch have a phase within a window', () => {
  const limit = new LimitCounters({ name: 'n', max: { requests: 1 }, per: { ms: 7000 } }, 0);
  expect(limit.claim('c', 1n, { tenant: undefined }, -500).window).toEqual({ ms: 7000, phaseMs: 0 });
});
