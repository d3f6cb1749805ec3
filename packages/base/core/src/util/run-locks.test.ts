import { expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { RunLocks } from './run-locks.ts';

const LEASE_MS = 3000;

function setUp() {
  const clock = manualClock();
  const locks = new RunLocks(clock);
  let renewals = 0;
  let outcome: () => Promise<boolean> = () => Promise.resolve(true);
  return {
    clock,
    locks,
    lock: (id: string, version: number) => {
      locks.lock(id, version, LEASE_MS, () => {
        renewals++;
        return outcome();
      });
    },
    renewals: () => renewals,
    answer: (next: () => Promise<boolean>) => {
      outcome = next;
    },
  };
}

it('a lock is renewed three times during its lease, until it ends', async () => {
  const { clock, locks, lock, renewals } = setUp();
  lock('a', 1);
  await clock.advance(LEASE_MS);
  expect([renewals(), locks.hasLocked('a'), locks.hasLoaded('a')]).toEqual([3, true, true]);
  locks.unlock('a');
  await clock.advance(LEASE_MS);
  expect([renewals(), locks.hasLocked('a'), locks.hasLoaded('a'), locks.version('a')]).toEqual([
    3,
    false,
    false,
    1,
  ]);
});

it('a failed renewal is repeated, and a refused renewal ends the lock but not the knowledge of its version', async () => {
  const { clock, locks, lock, renewals, answer } = setUp();
  lock('a', 7);
  answer(() => Promise.reject(new Error('the store is down')));
  await clock.advance(LEASE_MS / 3);
  expect([renewals(), locks.hasLocked('a')]).toEqual([1, true]);
  answer(() => Promise.resolve(false));
  await clock.advance(LEASE_MS);
  expect([renewals(), locks.hasLocked('a'), locks.hasLoaded('a'), locks.version('a')]).toEqual([
    2,
    false,
    true,
    7,
  ]);
});

it('a new lock and a save replace the version, and `forget` removes it', () => {
  const { locks, lock } = setUp();
  lock('a', 1);
  lock('a', 2);
  expect(locks.version('a')).toBe(2);
  locks.saved('a', 3);
  expect([locks.version('a'), locks.hasLoaded('a')]).toEqual([3, false]);
  locks.forget('a');
  expect(locks.version('a')).toBeUndefined();
});

it('closing stops all renewals', async () => {
  const { clock, locks, lock, renewals } = setUp();
  lock('a', 1);
  lock('b', 1);
  locks.close();
  await clock.advance(LEASE_MS);
  expect([renewals(), locks.hasLocked('a'), locks.hasLoaded('b')]).toEqual([0, false, true]);
});

it('above 100,000 runs, the version of the oldest run without a lock is forgotten', () => {
  const { locks, lock } = setUp();
  lock('locked', 1);
  for (let at = 0; at < 100_000; at++) locks.saved(`run ${at}`, at);
  expect([locks.version('locked'), locks.version('run 0'), locks.version('run 1')]).toEqual([
    1,
    undefined,
    1,
  ]);
});
