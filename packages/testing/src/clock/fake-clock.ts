import { setImmediate } from 'node:timers';
import type { Clock } from '@majordomo/core';

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /**
   * Moves the clock by `ms` and runs what falls due on the way, in order of time, then of setting. Between two timers
   * everything that is ready runs, so that what a timer wakes can set the next one. Network I/O is not waited for.
   */
  advance(ms: number): Promise<void>;
  /** Timers and sleeps that wait. */
  readonly pending: number;
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** A clock at `start` (0), in milliseconds. */
export function fakeClock(start: number = 0): FakeClock {
  let now = start;
  const timers = new Set<Timer>();
  const timer: Clock['timer'] = (ms, run) => {
    const entry: Timer = { due: now + Math.max(0, ms), run };
    timers.add(entry);
    return () => void timers.delete(entry);
  };
  return {
    now: () => now,
    timer,
    sleep: (ms, signal) => sleepOn(timer, ms, signal),
    get pending() {
      return timers.size;
    },
    async advance(ms) {
      const until = now + ms;
      await settled();
      for (let next = soonest(timers, until); next !== undefined; next = soonest(timers, until)) {
        timers.delete(next);
        now = Math.max(now, next.due);
        next.run();
        await settled();
      }
      now = until;
      await settled();
    },
  };
}

/** A sleep over a timer: one rule for both clocks. */
export async function sleepOn(timer: Clock['timer'], ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      // Whoever aborts chooses the reason; it is passed on as it is.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(signal.reason);
    };
    const cancel = timer(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** A Set keeps the order of setting, and of equals the first is kept. */
function soonest(timers: ReadonlySet<Timer>, until: number): Timer | undefined {
  let found: Timer | undefined;
  for (const timer of timers) {
    if (timer.due <= until && (found === undefined || timer.due < found.due)) found = timer;
  }
  return found;
}

/** A macrotask later every microtask has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
