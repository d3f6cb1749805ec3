import type { Case } from './harness.ts';

/** Everything was right but the time: the machine may have been busy. */
class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** Throws unless `ms` is within the limit. */
export function inTime(ms: number, limit: number, what: string): void {
  if (ms > limit) throw new TooLate(`${what} took ${Math.round(ms)} ms, expected at most ${limit}`);
}

/** Throws unless the machine was quick enough for `what` to happen at all before a timer ran out. */
export function happened(did: boolean, what: string): void {
  if (!did) throw new TooLate(what);
}

const TRIES = 5;

/** The case, run again when it was only late: of five runs one has to be in time. */
export const patient = (each: Case): Case => ({
  ...each,
  async run(harness) {
    for (let run = 1; ; run++) {
      try {
        await each.run(harness);
        return;
      } catch (error) {
        if (!(error instanceof TooLate) || run === TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20 * run));
      }
    }
  },
});
