import type { LedgerStore } from '@majordomo/ledger';
import { deepEqual, equal, ok } from 'node:assert/strict';
import { until } from '../store-case.ts';
import { claim, type LedgerCase, LONG_MS, standing } from './ledger-case.ts';

/** Long enough for a few steps to come before its end, on a slow machine too. */
const LEASE_MS = 250;

/** Leases and periods: what happens by itself. */
export const lapsing: readonly LedgerCase[] = [
  {
    name: 'after a lease that nobody renewed, money counts as spent and a lane is free',
    async run(store) {
      const claims = [
        claim({ counter: 'money', amount: 6n }),
        claim({ counter: 'lane', whenLapsed: 'free' }),
      ];
      await store.reserve('1', claims, LEASE_MS);
      deepEqual(await standing(store), { lane: [0n, 1n], money: [0n, 6n] });
      await untilLapsed(store, 'lane');
      deepEqual(await standing(store), { lane: [0n, 0n], money: [6n, 0n] });
    },
  },
  {
    name: 'a lapse makes room for who asks next, without anybody looking',
    async run(store) {
      await store.reserve('1', [claim({ max: 1n, whenLapsed: 'free' })], LEASE_MS);
      ok((await store.reserve('2', [claim({ max: 1n })], LONG_MS)) !== undefined, 'refused');
      await until(
        async () => (await store.reserve('2', [claim({ max: 1n })], LONG_MS)) === undefined,
        'the lane is free after its lease',
      );
      deepEqual(await standing(store), { a: [0n, 1n] });
    },
  },
  {
    name: 'a late settle takes the place of what was assumed, once',
    async run(store) {
      await store.reserve(
        '1',
        [claim({ amount: 6n }), claim({ counter: 'b', whenLapsed: 'free' })],
        LEASE_MS,
      );
      await untilLapsed(store, 'a');
      const used = [
        { counter: 'a', amount: 2n },
        { counter: 'b', amount: 1n },
      ];
      equal(await store.settle('1', used), false);
      deepEqual(await standing(store), { a: [2n, 0n], b: [1n, 0n] });
      equal(await store.settle('1', used), false);
      deepEqual(await standing(store), { a: [2n, 0n], b: [1n, 0n] });
    },
  },
  {
    name: 'the same id after its lapse holds nothing more',
    async run(store) {
      await store.reserve('1', [claim({ amount: 6n })], LEASE_MS);
      await untilLapsed(store, 'a');
      equal(await store.reserve('1', [claim({ amount: 6n })], LONG_MS), undefined);
      deepEqual(await standing(store), { a: [6n, 0n] });
    },
  },
  {
    name: 'a renewed lease holds on',
    async run(store) {
      await store.reserve('witness', [claim({ counter: 'witness' })], LEASE_MS);
      await store.reserve('1', [claim()], LEASE_MS);
      await store.renew('1', LONG_MS);
      await untilLapsed(store, 'witness');
      deepEqual(await standing(store, 'a'), { a: [0n, 1n] });
      equal(await store.settle('1', []), true);
    },
  },
  {
    name: 'to renew what is unknown, settled or lapsed does nothing',
    async run(store) {
      await store.renew('unknown', LONG_MS);
      await store.reserve('1', [claim()], LONG_MS);
      await store.settle('1', [{ counter: 'a', amount: 1n }]);
      await store.renew('1', LONG_MS);
      await store.reserve('2', [claim({ counter: 'b' })], LEASE_MS);
      await untilLapsed(store, 'b');
      await store.renew('2', LONG_MS);
      deepEqual(await standing(store), { a: [1n, 0n], b: [1n, 0n] });
      equal(await store.reserve('unknown', [claim()], LONG_MS), undefined);
    },
  },
  {
    name: 'a counter begins anew after its period, whose end the first claim sets',
    async run(store) {
      const of = (resetsInMs: number) => [claim({ amount: 6n, resetsInMs })];
      equal(await store.reserve('1', of(LEASE_MS), LONG_MS), undefined);
      await store.settle('1', [{ counter: 'a', amount: 6n }]);
      const refusal = await store.reserve('2', of(LONG_MS), LONG_MS);
      ok((refusal?.retryAfterMs ?? Infinity) <= LEASE_MS, 'the first claim counts');
      await until(
        async () => (await store.reserve('2', of(LONG_MS), LONG_MS)) === undefined,
        'a new period begins',
      );
      deepEqual(await standing(store), { a: [0n, 6n] });
      const [counter] = await store.counters('a');
      ok(counter?.resetsAt !== undefined, 'it says when the next one begins');
    },
  },
  {
    name: 'a counter whose period is over has nothing used',
    async run(store) {
      await store.reserve('1', [claim({ amount: 6n, resetsInMs: LEASE_MS })], LONG_MS);
      await until(async () => (await store.counters('a'))[0]?.held !== 6n, 'the period ends');
      deepEqual(
        (await store.counters('a')).filter(({ used, held }) => used !== 0n || held !== 0n),
        [],
      );
    },
  },
  {
    name: 'what was claimed in a period that is over is booked there, not on the next',
    async run(store) {
      await store.reserve('old', [claim({ amount: 6n, resetsInMs: LEASE_MS })], LONG_MS);
      await until(
        async () =>
          (await store.reserve('new', [claim({ amount: 10n, resetsInMs: LONG_MS })], LONG_MS)) === undefined,
        'a new period begins',
      );
      equal(await store.settle('old', [{ counter: 'a', amount: 6n }]), true);
      deepEqual(await standing(store), { a: [0n, 10n] });
    },
  },
];

const untilLapsed = (store: LedgerStore, counter: string): Promise<void> =>
  until(async () => (await standing(store, counter))[counter]?.[1] === 0n, `the lease on ${counter} ends`);
