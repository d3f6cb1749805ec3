import { expect, it } from 'vitest';
import { withLease } from './lease.ts';
import { mapStore } from '../../test/support/map-store.ts';

const NAME = 'mcp/m/refresh';
const MINUTE_MS = 60_000;

/** Runs work with a stored lease that ends after this time. Rejects if the work has to wait. */
async function runWith(remainingMs: number): Promise<boolean> {
  const store = mapStore();
  store.entries.set(NAME, JSON.stringify({ id: 'other', until: remainingMs }));
  let sleeps = 0;
  const sleep = async (): Promise<void> => {
    sleeps += 1;
    if (sleeps > 10) throw new Error('waits');
  };
  const clock = { now: () => 0, sleep } as never;
  const { signal } = new AbortController();
  const io = { store, name: NAME, clock, signal };
  return withLease(
    io,
    () => Promise.resolve(false),
    () => Promise.resolve(true),
  );
}

it('waits for the lease of another process', async () => {
  await expect(runWith(MINUTE_MS)).rejects.toThrow('waits');
});

it.each([0, 60 * MINUTE_MS, Number.MAX_VALUE])('ignores a lease that ends after %d ms', async (remaining) => {
  expect(await runWith(remaining)).toBe(true);
});
