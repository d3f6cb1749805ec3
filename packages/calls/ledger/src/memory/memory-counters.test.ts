import { systemClock } from '@majordomo/core';
import { hourlyClaim } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import type { LedgerStore } from '../contract/store.ts';
import { memoryStore } from './memory-store.ts';

const book = async (store: LedgerStore, id: string, leaseMs = 30_000): Promise<boolean> => {
  await store.reserve(id, [hourlyClaim], leaseMs);
  return store.settle(id, [{ counter: 'a', amount: 1n }]);
};

it('remembers a settled id for a minute, and forgets it at most 10 seconds later', async () => {
  let now = 0;
  const store = memoryStore({ clock: { ...systemClock, now: () => now } });
  await book(store, 'first');
  now = 59_999;
  await book(store, 'other');
  now = 69_998;
  expect(await book(store, 'first')).toBe(false);
  now = 69_999;
  // The forgotten id was reserved again.
  expect(await book(store, 'first')).toBe(true);
});

it('forgets a settled id after exactly a minute if the last removal was 10 seconds ago', async () => {
  let now = 0;
  const store = memoryStore({ clock: { ...systemClock, now: () => now } });
  await book(store, 'first');
  now = 50_000;
  await book(store, 'other');
  now = 59_999;
  expect(await book(store, 'first')).toBe(false);
  now = 60_000;
  expect(await book(store, 'first')).toBe(true);
});

it('remembers a settled id as long as its lease, if that is longer', async () => {
  let now = 0;
  const store = memoryStore({ clock: { ...systemClock, now: () => now } });
  await book(store, 'long', 600_000);
  now = 599_999;
  await book(store, 'other');
  expect(await book(store, 'long')).toBe(false);
});

it('retains an open reservation while 5,000 others are settled', async () => {
  const store = memoryStore();
  await store.reserve('long', [hourlyClaim], 600_000);
  for (let id = 0; id < 5000; id++) await book(store, `${id}`);
  await store.reserve('long', [hourlyClaim], 600_000);
  expect(await store.counters('a')).toMatchObject([{ used: 5000n, held: 9n }]);
  expect(await store.settle('long', [{ counter: 'a', amount: 1n }])).toBe(true);
  expect(await store.counters('a')).toMatchObject([{ used: 5001n, held: 0n }]);
});

it('settles a lapsed reservation late, and once', async () => {
  let now = 0;
  const store = memoryStore({ clock: { ...systemClock, now: () => now } });
  await store.reserve('long', [hourlyClaim], 600_000);
  for (let id = 0; id < 5000; id++) await book(store, `${id}`);
  now = 600_000;
  await store.renew('another', 1);
  await book(store, 'next');
  const settle = (): unknown => store.settle('long', [{ counter: 'a', amount: 2n }]);
  expect([await settle(), await settle()]).toEqual([false, false]);
  expect(await store.counters('a')).toMatchObject([{ used: 5003n, held: 0n }]);
});
