import { equal, ok } from 'node:assert/strict';
import { claim, type LedgerCase, LONG_MS } from './ledger-case.ts';

const HOUR_MS = 3_600_000;
/** As where the clock is half an hour ahead, such as in India. */
const PHASE_MS = HOUR_MS / 2;
const MINUTE_MS = 60_000;

/** What an asker says whose clock is so far off. */
const saying = (byMs: number): Parameters<typeof claim>[0] => {
  const now = Date.now() + byMs;
  const resetsInMs = HOUR_MS - ((now - PHASE_MS) % HOUR_MS);
  return { resetsInMs, window: { ms: HOUR_MS, phaseMs: PHASE_MS } };
};

/** Periods that begin by the clock of the store, which is taken to be that of this machine. */
export const windows: readonly LedgerCase[] = [
  ...[-17, 17, 59].map((minutes): LedgerCase => ({
    name: `windows end by the clock of the store, for one who asks ${minutes} minutes off`,
    async run(store) {
      const before = Date.now();
      await store.reserve('1', [claim(saying(minutes * MINUTE_MS))], LONG_MS);
      const [counter] = await store.counters('a');
      const resetsAt = counter?.resetsAt ?? 0;
      ok(resetsAt > before && resetsAt <= Date.now() + HOUR_MS, `ends at ${resetsAt}, asked at ${before}`);
      equal(resetsAt % HOUR_MS, PHASE_MS);
    },
  })),
  {
    name: 'of two who disagree on when a window ends neither begins one of its own',
    async run(store) {
      const windowMs = 500;
      const window = { ms: windowMs, phaseMs: 0 };
      const ends = new Set<number>();
      for (let n = 0; ends.size < 4; n++) {
        // The one says that it ends at once, the other that it has just begun.
        const resetsInMs = n % 2 === 0 ? 1 : windowMs;
        await store.reserve(`${n}`, [claim({ max: 1_000_000n, resetsInMs, window })], LONG_MS);
        for (const { resetsAt } of await store.counters('a')) if (resetsAt !== undefined) ends.add(resetsAt);
      }
      for (const end of ends) equal(end % windowMs, 0);
    },
  },
  {
    name: 'a claim that comes as its period ends begins the next, not one that is over at once and lets in as much again',
    async run(store) {
      await store.reserve('1', [claim({ resetsInMs: 1, nextResetsInMs: HOUR_MS })], LONG_MS);
      const [begun] = await store.counters('a');
      ok((begun?.resetsAt ?? 0) > Date.now() + PHASE_MS, `ends at ${begun?.resetsAt ?? 0}`);
      await store.reserve('2', [claim({ resetsInMs: 5 })], LONG_MS);
      const [counter] = await store.counters('a');
      equal(counter?.held, 2n);
      equal(counter.resetsAt, begun?.resetsAt);
    },
  },
];
