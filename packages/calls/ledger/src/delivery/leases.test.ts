import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { memoryStore } from '../memory/memory-store.ts';
import { Leases } from './leases.ts';

function setUp(renewal?: Error) {
  const clock = fakeClock();
  const renewals: unknown[] = [];
  const errors: unknown[] = [];
  const store = {
    ...memoryStore({ clock }),
    renew: (id: string, leaseMs: number) => {
      renewals.push([clock.now(), id, leaseMs]);
      if (renewal !== undefined) throw renewal;
    },
  };
  const leases = new Leases(store, clock, (error) => errors.push(error));
  return { clock, renewals, errors, leases };
}

it('renews a lease of 30 seconds every ten seconds, until it is released', async () => {
  const { clock, renewals, leases } = setUp();
  const lease = leases.hold('a', {});
  await clock.advance(9999);
  expect(renewals).toEqual([]);
  await clock.advance(10_001);
  leases.release(lease);
  await clock.advance(60_000);
  expect(renewals).toEqual([
    [10_000, 'a', 30_000],
    [20_000, 'a', 30_000],
  ]);
});

it('sets one timer for all leases, and none without a lease', async () => {
  const { clock, leases } = setUp();
  expect(clock.pending).toBe(0);
  const leaseEntries = [leases.hold('a', {}), leases.hold('b', {})];
  expect(clock.pending).toBe(1);
  await clock.advance(10_000);
  expect(clock.pending).toBe(1);
  for (const lease of leaseEntries) leases.release(lease);
  await clock.advance(10_000);
  expect(clock.pending).toBe(0);
  leases.hold('c', {});
  expect(clock.pending).toBe(1);
});

it('does not renew the lease of an attempt that has lapsed', async () => {
  const { clock, renewals, leases } = setUp();
  leases.hold('lapsed', { isLapsed: true });
  leases.hold('running', { isLapsed: false });
  await clock.advance(10_000);
  expect(renewals).toEqual([[10_000, 'running', 30_000]]);
});

it('reports a renewal that fails and tries it again', async () => {
  const { clock, renewals, errors, leases } = setUp(new Error('no disk'));
  leases.hold('a', {});
  await clock.advance(20_000);
  expect([renewals.length, errors]).toEqual([2, [new Error('no disk'), new Error('no disk')]]);
});
