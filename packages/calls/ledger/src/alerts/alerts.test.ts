import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../contract/alert.ts';
import type { Limit } from '../contract/limit.ts';
import type { LedgerStore } from '../contract/store.ts';
import { LimitCounters } from '../limits/limit-counters.ts';
import { memoryStore } from '../memory/memory-store.ts';
import { Alerts } from './alerts.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;

function setUp(of: Partial<Limit> = {}, change: (store: LedgerStore) => Partial<LedgerStore> = () => ({})) {
  const clock = fakeClock(NOON);
  const memory = memoryStore({ clock });
  const store = { ...memory, ...change(memory) };
  const emittedAlerts: Alert[] = [];
  const alerts = new Alerts(store, clock, (alert) => emittedAlerts.push(alert));
  const limit = new LimitCounters({ name: 'm', max: { requests: 100 }, per: 'ever', alertAt: [], ...of }, 0);
  const booked = (amount: bigint) => ({ limit, counter: limit.prefix, amount, tenant: undefined });
  let bookings = 0;
  /** Books an amount on the counter, as a call does. */
  const book = async (amount: bigint): Promise<void> => {
    const id = `${bookings++}`;
    await memory.reserve(id, [limit.emptyClaim(limit.prefix, { tenant: undefined }, clock.now())], 60_000);
    await memory.settle(id, [{ counter: limit.prefix, amount }]);
    await alerts.onBooked(booked(amount));
  };
  const types = (): readonly string[] => emittedAlerts.map(({ type }) => type);
  return { clock, memory, store, alerts, emittedAlerts, limit, booked, book, types };
}

describe('the drift of a price', () => {
  it.each([
    [10n, 1000n, 0.01],
    [-10n, 1000n, -0.01],
    [9n, 1000n, undefined],
    [1n, 0n, 1],
  ])('of %s nano-USD at a reported cost of %s is emitted as %s', (drift, reported, share) => {
    const { alerts, emittedAlerts } = setUp();
    alerts.onDrift('a/x', drift, reported);
    expect(emittedAlerts).toEqual(share === undefined ? [] : [{ type: 'drift', target: 'a/x', share }]);
  });

  it('is emitted once for each target', () => {
    const { alerts, emittedAlerts } = setUp();
    for (const target of ['a/x', 'b/x', 'a/x']) alerts.onDrift(target, 5n, 10n);
    expect(emittedAlerts).toMatchObject([{ target: 'a/x' }, { target: 'b/x' }]);
  });
});

it('an unknown cost is emitted once for each target, and again after 10,000 others', () => {
  const { alerts, emittedAlerts } = setUp();
  for (const target of ['a/x', 'b/x', 'a/x']) alerts.onUnpriced(target, ['no price']);
  expect(emittedAlerts).toEqual(
    ['a/x', 'b/x'].map((target) => ({ type: 'unpriced', target, missing: ['no price'] })),
  );
  for (let other = 0; other < 9998; other++) alerts.onUnpriced(`other/${other}`, []);
  alerts.onUnpriced('a/x', []);
  expect(emittedAlerts).toHaveLength(10_000);
  alerts.onUnpriced('one/more', []);
  alerts.onUnpriced('a/x', []);
  expect(emittedAlerts).toHaveLength(10_002);
});

it('emits every record that is not stored', () => {
  const { alerts, emittedAlerts } = setUp();
  const record = { id: '1' } as never;
  alerts.onUnrecorded(record, 'full');
  alerts.onUnrecorded(record, 'full');
  expect(emittedAlerts).toEqual([1, 2].map(() => ({ type: 'unrecorded', record, error: 'full' })));
});

it('a failure of the store is emitted again after the store has answered', () => {
  const { alerts, emittedAlerts } = setUp();
  alerts.onStoreDown('one');
  alerts.onStoreDown('two');
  alerts.onStoreUp();
  alerts.onStoreDown('three');
  expect(emittedAlerts).toEqual(['one', 'three'].map((error) => ({ type: 'store-down', error })));
});

describe('a threshold', () => {
  it('emits each reached share, in ascending order', async () => {
    const { book, emittedAlerts } = setUp({ alertAt: [0.9, 0.5] });
    await book(49n);
    expect(emittedAlerts).toEqual([]);
    await book(41n);
    expect(emittedAlerts).toMatchObject([
      {
        type: 'threshold',
        share: 0.5,
        isHighest: false,
        state: { used: 90n, held: 0n, left: 10n, emptyAt: undefined },
      },
      { type: 'threshold', share: 0.9, isHighest: true },
    ]);
  });

  it('does not read or reserve in the store after the alert', async () => {
    const reserved: string[] = [];
    const { book } = setUp({ alertAt: [0.5] }, (memory) => ({
      reserve: (id, claims, leaseMs) => {
        reserved.push(claims[0]?.counter ?? '');
        return memory.reserve(id, claims, leaseMs);
      },
    }));
    await book(50n);
    await book(1n);
    expect(reserved).toHaveLength(1);
  });

  it('is emitted at the next booking if the store failed at the first', async () => {
    let isDown = true;
    const { book, types } = setUp({ alertAt: [0.5] }, (memory) => ({
      reserve: (id, claims, leaseMs) => {
        if (isDown) throw new Error('no disk');
        return memory.reserve(id, claims, leaseMs);
      },
    }));
    await expect(book(50n)).rejects.toThrow('no disk');
    expect(types()).toEqual([]);
    isDown = false;
    await book(1n);
    expect(types()).toEqual(['threshold']);
  });

  it.each<[Partial<Limit>, string]>([
    [{}, 'alert/limit/m/requests/ever@UTC//0/100/0/share-0.5'],
    [{ per: 'day' }, `alert/limit/m/requests/day@UTC//${NOON - 12 * HOUR}/100/0/share-0.5`],
  ])('of a limit with %j is stored as %s', async (of, counter) => {
    const { book, memory } = setUp({ alertAt: [0.5], ...of });
    await book(50n);
    expect((await memory.counters('alert/')).map((one) => one.counter)).toEqual([counter]);
  });

  it('is emitted at 80, 90 and 95 percent by default', async () => {
    const { book, emittedAlerts } = setUp({ alertAt: undefined });
    await book(79n);
    expect(emittedAlerts).toEqual([]);
    await book(16n);
    expect(emittedAlerts.map((alert) => alert.type === 'threshold' && alert.share)).toEqual([0.8, 0.9, 0.95]);
  });

  it('leaves no reservation in the store', async () => {
    const { book, memory, clock } = setUp({ alertAt: [0.5] });
    await book(50n);
    const counters = await memory.counters('alert/');
    expect(counters).toMatchObject([{ used: 1n, held: 0n }]);
    await clock.advance(HOUR);
    expect(await memory.counters('alert/')).toEqual(counters);
  });

  it('ignores a counter that the store does not list, and those with a longer name', async () => {
    const { alerts, booked, limit, memory, types } = setUp({ alertAt: [0.1] });
    const longer = limit.emptyClaim(`${limit.prefix}tenant=t`, { tenant: 't' }, NOON);
    await memory.reserve('1', [longer], 60_000);
    await memory.settle('1', [{ counter: longer.counter, amount: 99n }]);
    await alerts.onBooked(booked(1n));
    expect(types()).toEqual([]);
  });
});

describe('a spent limit', () => {
  it('is emitted when the complete limit is used', async () => {
    const { book, emittedAlerts } = setUp();
    await book(99n);
    expect(emittedAlerts).toEqual([]);
    await book(1n);
    await book(1n);
    expect(emittedAlerts).toMatchObject([{ type: 'spent', state: { used: 100n } }]);
  });

  it.each([
    [90n, 10n, []],
    [90n, 11n, ['spent']],
  ])('with %s of 100 used is emitted for a denied call of %s: %j', async (used, amount, expected) => {
    const { alerts, booked, book, types } = setUp();
    await book(used);
    await alerts.onRefused(booked(amount));
    expect(types()).toEqual(expected);
  });

  it('is emitted once, whether a denied call or a booking emits it first', async () => {
    const { alerts, booked, book, types } = setUp();
    await book(90n);
    await alerts.onRefused(booked(11n));
    await book(10n);
    await alerts.onRefused(booked(1n));
    expect(types()).toEqual(['spent']);
  });

  it('is not emitted for a denied call on a counter without amounts', async () => {
    const { alerts, booked, types } = setUp();
    await alerts.onRefused(booked(1000n));
    expect(types()).toEqual([]);
  });
});

describe('a limit that runs out', () => {
  const DAY = 24 * HOUR;
  /** Five amounts in an hour. */
  const bookFive = async ({ book, clock }: ReturnType<typeof setUp>, amount: bigint): Promise<void> => {
    for (let booking = 0; booking < 4; booking++) await book(amount);
    await clock.advance(HOUR);
    await book(amount);
  };

  it.each<[bigint, readonly number[]]>([
    // Rates of an hour last 169, 168, 72 and 24 hours.
    [169n, []],
    [168n, [7]],
    [72n, [3]],
    [24n, [1]],
  ])('with %s times the amount of an hour left is emitted for %j days', async (hours, days) => {
    const setup = setUp({ max: { requests: Number(5n + 5n * hours) } });
    await bookFive(setup, 1n);
    expect(setup.emittedAlerts.map((alert) => alert.type === 'running-out' && alert.days)).toEqual(days);
    if (days.length > 0)
      expect(setup.emittedAlerts).toMatchObject([{ state: { emptyAt: NOON + HOUR + Number(hours) * HOUR } }]);
  });

  it.each<[Limit['per'], number]>([
    ['minute', 0],
    ['hour', 0],
    [{ ms: DAY - 1 }, 0],
    [{ ms: 400 * DAY }, 1],
    ['month', 1],
    ['ever', 1],
  ])('is emitted for a limit per %j: %d', async (per, count) => {
    const setup = setUp({ per, max: { requests: 5 + 5 * 24 } });
    await bookFive(setup, 1n);
    expect(setup.types().filter((type) => type === 'running-out')).toHaveLength(count);
  });

  it('is not emitted if it resets at that time or before', async () => {
    // 11 hours remain until the end of the day.
    const resets = setUp({ per: 'day', max: { requests: 5 + 5 * 11 } });
    await bookFive(resets, 1n);
    expect(resets.types()).toEqual([]);
    const sufficientLimit = setUp({ per: 'day', max: { requests: 5 + 5 * 10 } });
    await bookFive(sufficientLimit, 1n);
    expect(sufficientLimit.types()).toEqual(['running-out']);
  });

  it('is emitted for the nearest number of days only', async () => {
    const setup = setUp({ max: { requests: 5 + 5 * 24 } });
    await bookFive(setup, 1n);
    for (let day = 0; day < 2; day++) {
      await setup.clock.advance(DAY);
      await bookFive(setup, 1n);
    }
    expect(setup.emittedAlerts.map((alert) => alert.type === 'running-out' && alert.days)).toEqual([1]);
  });

  it('is not emitted once it is spent', async () => {
    const setup = setUp({ max: { requests: 5 } });
    await bookFive(setup, 1n);
    expect(setup.types()).toEqual(['spent']);
  });
});
