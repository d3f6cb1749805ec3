import type { LedgerStore } from '@majordomo/ledger';
import { equal, ok } from 'node:assert/strict';
import type { StoreCase } from '../store-case.ts';
import { claim, ledgerCase, LONG_MS } from './ledger-case.ts';

const HOUR_MS = 3_600_000;
/** Start of an hour in a time zone with an offset of half an hour, such as India's, in milliseconds after a full hour in UTC. */
const PHASE_MS = HOUR_MS / 2;
const MINUTE_MS = 60_000;

/** Returns the window that a client expects if its clock is `byMs` milliseconds ahead of this machine's clock. */
const windowWithClockOff = (byMs: number): Parameters<typeof claim>[0] => {
  const now = Date.now() + byMs;
  const resetsInMs = HOUR_MS - ((now - PHASE_MS) % HOUR_MS);
  return { resetsInMs, window: { ms: HOUR_MS, phaseMs: PHASE_MS } };
};

/** Cases of periods that begin at times of the store's clock, which must agree with this machine's clock. */
export const windowCases: readonly StoreCase<LedgerStore>[] = [
  // Clocks that are wrong by less and by more than half a window.
  ...[-17, 17, 59].map((minutes) =>
    ledgerCase(
      `ends windows by the clock of the store for a client whose clock is ${minutes} minutes off`,
      async (store) => {
        const before = Date.now();
        await store.reserve('1', [claim(windowWithClockOff(minutes * MINUTE_MS))], LONG_MS);
        const [counter] = await store.counters('a');
        const resetsAt = counter?.resetsAt ?? 0;
        ok(
          resetsAt > before && resetsAt <= Date.now() + HOUR_MS,
          `ends at ${resetsAt}, reserved at ${before}`,
        );
        equal(resetsAt % HOUR_MS, PHASE_MS);
      },
    ),
  ),
  ledgerCase('shares one window between two clients that disagree on its end', async (store) => {
    const windowMs = 500;
    // Lasts until four windows have begun, at most 2 s.
    const window = { ms: windowMs, phaseMs: 0 };
    const ends = new Set<number>();
    for (let n = 0; ends.size < 4; n++) {
      // One client expects the window to end in 1 ms. The other client expects that a window has just begun.
      const resetsInMs = n % 2 === 0 ? 1 : windowMs;
      await store.reserve(`${n}`, [claim({ max: 1_000_000n, resetsInMs, window })], LONG_MS);
      for (const { resetsAt } of await store.counters('a')) if (resetsAt !== undefined) ends.add(resetsAt);
    }
    for (const end of ends) equal(end % windowMs, 0);
  }),
  ledgerCase('starts a complete period for a claim at the end of a period', async (store) => {
    // The client expected the end of a period in 1 ms. The store has no counter of this period, and begins the following one, of an hour.
    await store.reserve('1', [claim({ resetsInMs: 1, nextResetsInMs: HOUR_MS })], LONG_MS);
    const [begun] = await store.counters('a');
    ok((begun?.resetsAt ?? 0) > Date.now() + HOUR_MS / 2, `ends at ${begun?.resetsAt ?? 0}`);
    // A claim does not change the end of a running period.
    await store.reserve('2', [claim({ resetsInMs: 5 })], LONG_MS);
    const [counter] = await store.counters('a');
    equal(counter?.held, 2n);
    equal(counter.resetsAt, begun?.resetsAt);
  }),
];
