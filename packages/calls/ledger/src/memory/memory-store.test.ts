import { systemClock } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { Claim, LedgerStore } from '../contract/store.ts';
import { memoryStore } from './memory-store.ts';

const MAX_INT64 = 2n ** 63n - 1n;
const DAY_MS = 86_400_000;
const LEASE_MS = 1000;

const claim = (options: Partial<Claim> = {}): Claim => ({
  counter: 'a',
  max: 10n,
  amount: 1n,
  resetsInMs: undefined,
  whenLapsed: 'spent',
  ...options,
});

// The suite `ledgerStoreConformance` states what every store must do. These cases state exact times, and what is particular to this store.
function setUp() {
  let now = 0;
  const store = memoryStore({ clock: { ...systemClock, now: () => now } });
  return {
    store,
    setTime: (ms: number) => (now = ms),
    amounts: async (prefix = '') =>
      Object.fromEntries(
        (await store.counters(prefix)).map(({ counter, used, held }) => [counter, [used, held]]),
      ),
  };
}

/** Makes a reservation, before which the store removes old entries. */
async function reserveOther(store: LedgerStore, id: string): Promise<void> {
  await store.reserve(id, [claim({ counter: 'others', amount: 0n })], 1);
}

describe('a reservation', () => {
  it('that does not fit is refused, with the rest, the holders and the time of the reset', async () => {
    const { store, setTime } = setUp();
    const claimsOf = (amount: bigint) => [claim({ amount, resetsInMs: 500 })];
    await store.reserve('1', claimsOf(4n), LEASE_MS);
    await store.settle('1', [{ counter: 'a', amount: 3n }]);
    await store.reserve('2', claimsOf(2n), LEASE_MS);
    await store.reserve('3', claimsOf(0n), LEASE_MS);
    setTime(100);
    expect(await store.reserve('4', claimsOf(6n), LEASE_MS)).toEqual({
      counter: 'a',
      left: 5n,
      held: 2n,
      holders: 1,
      retryAfterMs: 400,
    });
    expect(await store.reserve('4', claimsOf(5n), LEASE_MS)).toBeUndefined();
  });

  it('reports the time until the reset as an integer of milliseconds, at least 1', async () => {
    const { store, setTime } = setUp();
    await store.reserve('1', [claim({ amount: 10n, resetsInMs: 2 })], LEASE_MS);
    const retryAfter = async () => (await store.reserve('2', [claim()], LEASE_MS))?.retryAfterMs;
    setTime(0.5);
    expect(await retryAfter()).toBe(2);
    setTime(1.9);
    expect(await retryAfter()).toBe(1);
  });

  it('of a negative amount throws', () => {
    const { store } = setUp();
    expect(() => store.reserve('1', [claim({ amount: -1n })], LEASE_MS)).toThrow(
      'counter a: the amount of a claim must not be negative',
    );
  });
});

describe('a settlement', () => {
  it('is capped at the largest amount of a counter', async () => {
    const { store, amounts } = setUp();
    for (const id of ['1', '2']) {
      await store.reserve(id, [claim({ amount: 0n, max: MAX_INT64 })], LEASE_MS);
      await store.settle(id, [{ counter: 'a', amount: MAX_INT64 }]);
    }
    expect(await amounts()).toEqual({ a: [MAX_INT64, 0n] });
  });
});

describe('a lease', () => {
  it('that is renewed lasts from then on', async () => {
    const { store, amounts, setTime } = setUp();
    await store.reserve('1', [claim()], LEASE_MS);
    await store.reserve('2', [claim()], 9 * LEASE_MS);
    setTime(LEASE_MS - 1);
    await store.renew('1', LEASE_MS);
    setTime(2 * LEASE_MS - 2);
    expect(await amounts()).toEqual({ a: [0n, 2n] });
    setTime(2 * LEASE_MS - 1);
    expect(await amounts()).toEqual({ a: [1n, 1n] });
  });

  it('that is shortened by a renewal ends at the earlier time', async () => {
    const { store, amounts, setTime } = setUp();
    await store.reserve('1', [claim()], 9 * LEASE_MS);
    await store.renew('1', LEASE_MS);
    setTime(LEASE_MS);
    expect(await amounts()).toEqual({ a: [1n, 0n] });
  });

  it('that has ended is not renewed', async () => {
    const { store, amounts, setTime } = setUp();
    await store.reserve('1', [claim()], LEASE_MS);
    setTime(LEASE_MS);
    await store.renew('1', LEASE_MS);
    expect(await amounts()).toEqual({ a: [1n, 0n] });
    expect(await store.settle('1', [])).toBe(false);
  });

  it('ends after those that were taken later but are shorter', async () => {
    const { store, amounts, setTime } = setUp();
    await store.reserve('1', [claim()], 3 * LEASE_MS);
    await store.reserve('2', [claim({ amount: 2n })], LEASE_MS);
    setTime(LEASE_MS);
    expect(await amounts()).toEqual({ a: [2n, 1n] });
    setTime(3 * LEASE_MS);
    expect(await amounts()).toEqual({ a: [3n, 0n] });
  });

  it('that ends caps the counter at its largest amount', async () => {
    const { store, amounts, setTime } = setUp();
    await store.reserve('1', [claim({ amount: 0n, max: MAX_INT64 })], LEASE_MS);
    await store.reserve('2', [claim({ amount: 5n, max: MAX_INT64 })], LEASE_MS);
    await store.settle('1', [{ counter: 'a', amount: MAX_INT64 }]);
    setTime(LEASE_MS);
    expect(await amounts()).toEqual({ a: [MAX_INT64, 0n] });
  });
});

describe('a period', () => {
  it('ends at the time that its first claim sets, and the next one starts at 0', async () => {
    const { store, amounts, setTime } = setUp();
    await store.reserve('1', [claim({ amount: 10n, resetsInMs: 500 })], LEASE_MS);
    expect(await store.counters('a')).toMatchObject([{ resetsAt: 500 }]);
    setTime(499);
    expect(await store.reserve('2', [claim({ resetsInMs: 900 })], LEASE_MS)).toMatchObject({
      retryAfterMs: 1,
    });
    setTime(500);
    expect(await store.counters('a')).toEqual([{ counter: 'a', used: 0n, held: 0n, resetsAt: undefined }]);
    expect(await store.reserve('2', [claim({ amount: 3n, resetsInMs: 900 })], LEASE_MS)).toBeUndefined();
    expect(await store.counters('a')).toEqual([{ counter: 'a', used: 0n, held: 3n, resetsAt: 1400 }]);
    // The first claim is settled in the period in which it was reserved.
    expect(await store.settle('1', [{ counter: 'a', amount: 9n }])).toBe(true);
    expect(await amounts()).toEqual({ a: [0n, 3n] });
  });

  it('of a counter without a reset never ends', async () => {
    const { store, setTime } = setUp();
    await store.reserve('1', [claim()], LEASE_MS);
    await store.settle('1', [{ counter: 'a', amount: 10n }]);
    setTime(1000 * DAY_MS);
    expect(await store.reserve('2', [claim({ resetsInMs: 5 })], LEASE_MS)).toMatchObject({
      left: 0n,
      retryAfterMs: undefined,
    });
  });
});

describe('at most 10 seconds late, the store forgets', () => {
  it('a lapsed id one day later', async () => {
    const { store, setTime } = setUp();
    await store.reserve('1', [claim()], LEASE_MS);
    setTime(LEASE_MS);
    await store.counters('');
    setTime(LEASE_MS + DAY_MS - 1);
    await reserveOther(store, 'one');
    expect(await store.reserve('1', [claim({ amount: 99n })], LEASE_MS)).toBeUndefined();
    setTime(LEASE_MS + DAY_MS + 9_999);
    await reserveOther(store, 'two');
    expect(await store.reserve('1', [claim({ amount: 99n })], LEASE_MS)).toBeDefined();
  });

  it('a counter one day after its period, unless it never ends', async () => {
    const { store, setTime } = setUp();
    await store.reserve('1', [claim({ resetsInMs: 500 }), claim({ counter: 'ever' })], LEASE_MS);
    const names = async () => (await store.counters('')).map(({ counter }) => counter);
    setTime(500 + DAY_MS - 1);
    await reserveOther(store, 'one');
    expect(await names()).toEqual(['a', 'ever', 'others']);
    setTime(500 + DAY_MS + 9_999);
    await reserveOther(store, 'two');
    expect(await names()).toEqual(['ever', 'others']);
  });

  it('no reservation that is held', async () => {
    const { store, setTime } = setUp();
    await store.reserve('1', [claim()], 9 * DAY_MS);
    setTime(2 * DAY_MS);
    await reserveOther(store, 'one');
    expect(await store.settle('1', [])).toBe(true);
  });
});
