import type { LedgerStore } from '@majordomo/ledger';
import { deepEqual, equal, ok } from 'node:assert/strict';
import { until } from '../store-case.ts';
import type { StoreCase } from '../store-case.ts';
import { claim, ledgerCase, LONG_MS, amounts } from './ledger-case.ts';

/** Duration of a lease in milliseconds. It is long enough for a few steps on a slow machine. */
const LEASE_MS = 250;

/** Cases of leases and periods. */
export const leaseCases: readonly StoreCase<LedgerStore>[] = [
  ledgerCase('counts money as spent and releases the lane after a lease expires', async (store) => {
    const claims = [claim({ counter: 'money', amount: 6n }), claim({ counter: 'lane', whenLapsed: 'free' })];
    await store.reserve('1', claims, LEASE_MS);
    deepEqual(await amounts(store), { lane: [0n, 1n], money: [0n, 6n] });
    await waitForLeaseEnd(store, 'lane');
    deepEqual(await amounts(store), { lane: [0n, 0n], money: [6n, 0n] });
  }),
  ledgerCase('makes room for the next reservation when a lease expires', async (store) => {
    await store.reserve('1', [claim({ max: 1n, whenLapsed: 'free' })], LEASE_MS);
    ok((await store.reserve('2', [claim({ max: 1n })], LONG_MS)) !== undefined, 'refused');
    await until(
      async () => (await store.reserve('2', [claim({ max: 1n })], LONG_MS)) === undefined,
      'the lane is free after its lease',
    );
    deepEqual(await amounts(store), { a: [0n, 1n] });
  }),
  ledgerCase('replaces the assumed amount with a late settle, once', async (store) => {
    await store.reserve('1', [claim({ amount: 6n }), claim({ counter: 'b', whenLapsed: 'free' })], LEASE_MS);
    await waitForLeaseEnd(store, 'a');
    const used = [
      { counter: 'a', amount: 2n },
      { counter: 'b', amount: 1n },
    ];
    equal(await store.settle('1', used), false);
    deepEqual(await amounts(store), { a: [2n, 0n], b: [1n, 0n] });
    equal(await store.settle('1', used), false);
    deepEqual(await amounts(store), { a: [2n, 0n], b: [1n, 0n] });
  }),
  ledgerCase('holds nothing more for an id whose lease expired', async (store) => {
    await store.reserve('1', [claim({ amount: 6n })], LEASE_MS);
    await waitForLeaseEnd(store, 'a');
    equal(await store.reserve('1', [claim({ amount: 6n })], LONG_MS), undefined);
    deepEqual(await amounts(store), { a: [6n, 0n] });
  }),
  ledgerCase('extends a renewed lease', async (store) => {
    await store.reserve('witness', [claim({ counter: 'witness' })], LEASE_MS);
    await store.reserve('1', [claim()], LEASE_MS);
    await store.renew('1', LONG_MS);
    await waitForLeaseEnd(store, 'witness');
    deepEqual(await amounts(store, 'a'), { a: [0n, 1n] });
    equal(await store.settle('1', []), true);
  }),
  ledgerCase('ignores a renewal of an unknown, settled or expired id', async (store) => {
    await store.renew('unknown', LONG_MS);
    await store.reserve('1', [claim()], LONG_MS);
    await store.settle('1', [{ counter: 'a', amount: 1n }]);
    await store.renew('1', LONG_MS);
    await store.reserve('2', [claim({ counter: 'b' })], LEASE_MS);
    await waitForLeaseEnd(store, 'b');
    await store.renew('2', LONG_MS);
    deepEqual(await amounts(store), { a: [1n, 0n], b: [1n, 0n] });
    equal(await store.reserve('unknown', [claim()], LONG_MS), undefined);
  }),
  ledgerCase('resets a counter after its period, whose end the first claim sets', async (store) => {
    const claimsUntil = (resetsInMs: number) => [claim({ amount: 6n, resetsInMs })];
    equal(await store.reserve('1', claimsUntil(LEASE_MS), LONG_MS), undefined);
    await store.settle('1', [{ counter: 'a', amount: 6n }]);
    const refusal = await store.reserve('2', claimsUntil(LONG_MS), LONG_MS);
    ok((refusal?.retryAfterMs ?? Infinity) <= LEASE_MS, 'the first claim sets the end');
    await until(
      async () => (await store.reserve('2', claimsUntil(LONG_MS), LONG_MS)) === undefined,
      'a new period begins',
    );
    deepEqual(await amounts(store), { a: [0n, 6n] });
    const [counter] = await store.counters('a');
    ok(counter?.resetsAt !== undefined, 'the counter has a reset time');
  }),
  ledgerCase('reports nothing used for a counter whose period has ended', async (store) => {
    await store.reserve('1', [claim({ amount: 6n, resetsInMs: LEASE_MS })], LONG_MS);
    await until(async () => (await store.counters('a'))[0]?.held !== 6n, 'the period ends');
    deepEqual(
      (await store.counters('a')).filter(({ used, held }) => used !== 0n || held !== 0n),
      [],
    );
  }),
  ledgerCase('books a claim of an ended period in that period', async (store) => {
    await store.reserve('old', [claim({ amount: 6n, resetsInMs: LEASE_MS })], LONG_MS);
    await until(
      async () =>
        (await store.reserve('new', [claim({ amount: 10n, resetsInMs: LONG_MS })], LONG_MS)) === undefined,
      'a new period begins',
    );
    equal(await store.settle('old', [{ counter: 'a', amount: 6n }]), true);
    deepEqual(await amounts(store), { a: [0n, 10n] });
  }),
];

const waitForLeaseEnd = (store: LedgerStore, counter: string): Promise<void> =>
  until(async () => (await amounts(store, counter))[counter]?.[1] === 0n, `the lease on ${counter} ends`);
