import type { Case, Harness } from './harness.ts';

/** Error for a timeout that expired too early because the machine was busy. */
class EarlyTimeoutError extends Error {
  override readonly name = 'EarlyTimeoutError';
}

/** Asserts that an event happened before a timeout expired. A failed assertion causes the case to be repeated. */
export function assertBeforeTimeout(happened: boolean, message: string): void {
  if (!happened) throw new EarlyTimeoutError(message);
}

const MAX_RUNS = 5;

/** Time by which each repetition extends the timeouts of the case, in milliseconds. */
const MORE_MS = 500;

const withMoreTime = (harness: Harness, ms: number): Harness => ({
  ...harness,
  startMs: (harness.startMs ?? 0) + ms,
});

/** Returns a case that runs again, with longer timeouts, if a timeout expires too early. It runs up to five times in total. */
export const retryExpiredTimeouts = (each: Case): Case => ({
  ...each,
  async run(harness) {
    for (let run = 1; ; run++) {
      try {
        await each.run(run === 1 ? harness : withMoreTime(harness, (run - 1) * MORE_MS));
        return;
      } catch (error) {
        if (!(error instanceof EarlyTimeoutError) || run === MAX_RUNS) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20 * run));
      }
    }
  },
});
