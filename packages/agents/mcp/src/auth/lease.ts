import type { Clock } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { SETTLE_MS, storedJson, type McpStore } from '../store.ts';

/** Time after which a lease of a process that has ended is ignored, in milliseconds. */
const LEASE_MS = 35_000;
/** Maximum remaining time of a lease, with a tolerance for the clocks of other processes, in milliseconds. */
const MAX_LEFT_MS = 2 * LEASE_MS;
const POLL_MS = 100;

/** Dependencies of a lease. */
export interface LeaseIo {
  readonly store: McpStore;
  readonly name: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` in one of the processes that share the store, and returns its result. The other processes wait until `isDone` returns
 * true, and then return true. If the work fails, one of them runs it again.
 *
 * The store has no atomic operation, so each process writes its id, waits, and reads which id was stored last. If the store is
 * slower than `SETTLE_MS`, two processes may run the work.
 */
export async function withLease(
  { store, name, clock, signal }: LeaseIo,
  isDone: () => Promise<boolean>,
  work: () => Promise<boolean>,
): Promise<boolean> {
  const id = crypto.randomUUID();
  for (;;) {
    if (await isDone()) return true;
    const holder = await holderOf(store, name, clock.now());
    if (holder === id) break;
    if (holder === undefined) {
      await store.set(name, JSON.stringify({ id, until: clock.now() + LEASE_MS }));
      await clock.sleep(SETTLE_MS, signal);
    } else await clock.sleep(POLL_MS, signal);
  }
  try {
    return await work();
  } finally {
    await store.set(name, undefined);
  }
}

/** Returns the id of the process that has the lease; `undefined` if none has it. */
async function holderOf(store: McpStore, name: string, now: number): Promise<string | undefined> {
  const entry = await storedJson(store, name);
  const left = isRecord(entry) ? Number(entry['until']) - now : 0;
  // A lease that ends later is damaged, or is of a process whose clock is wrong.
  if (!isRecord(entry) || !(left > 0 && left <= MAX_LEFT_MS)) return undefined;
  return typeof entry['id'] === 'string' ? entry['id'] : undefined;
}
