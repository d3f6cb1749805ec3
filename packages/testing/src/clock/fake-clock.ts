import { setImmediate, setTimeout } from 'node:timers';
import { createMajordomo, type Clock } from '@majordomo/core';

/** Clock whose time changes only by `advance`. */
export interface FakeClock extends Clock {
  /**
   * Moves the clock by `ms` and runs what falls due on the way, in order of time, then of setting. Between two timers
   * everything that is ready runs, so that what a timer wakes can set the next one; network I/O is not waited for. One
   * that is asked for while another is under way follows it. Rejects with a `RangeError` for what is not a time to come.
   */
  advance(ms: number): Promise<void>;
  /** Timers and sleeps that wait. */
  readonly pending: number;
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** Creates a clock at `start` milliseconds. `@default 0` */
export function fakeClock(start: number = 0): FakeClock {
  let now = start;
  const timers = new Set<Timer>();
  const timer: Clock['timer'] = (ms, run) => {
    const entry: Timer = { due: now + Math.max(0, ms), run };
    timers.add(entry);
    return () => void timers.delete(entry);
  };
  let last: Promise<unknown> = loadLazyParts();
  const move = async (ms: number): Promise<void> => {
    const until = now + ms;
    for (let next = await dueBy(timers, until); next !== undefined; next = await dueBy(timers, until)) {
      timers.delete(next);
      now = Math.max(now, next.due);
      next.run();
    }
    now = until;
    await turn();
  };
  return {
    now: () => now,
    timer,
    sleep: (ms, signal) => sleepOn(timer, ms, signal),
    get pending() {
      return timers.size;
    },
    advance(ms) {
      if (!(ms >= 0 && ms < Infinity))
        return Promise.reject(new RangeError(`the clock cannot advance by ${ms} ms`));
      const moved = last.then(() => move(ms));
      last = moved.catch(() => undefined);
      return moved;
    },
  };
}

/**
 * Core loads typed objects and the other operations with the first such call. Loading takes time that this clock does not
 * measure, so two calls without a target do it in advance.
 */
async function loadLazyParts(): Promise<void> {
  const majordomo = createMajordomo({ providers: [] });
  await Promise.allSettled([
    majordomo.model('none/none').generateObject({ messages: [], output: {} }),
    majordomo.embeddingModel('none/none').embed({ values: [] }),
  ]);
}

/** Sleeps with the timer of a clock. */
export async function sleepOn(timer: Clock['timer'], ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      // Rejects with the reason of the signal.
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

/** A Set iterates in the order of insertion, so the first of equal timers runs first. */
function soonest(timers: ReadonlySet<Timer>, until: number): Timer | undefined {
  let found: Timer | undefined;
  for (const timer of timers) {
    if (timer.due <= until && (found === undefined || timer.due < found.due)) found = timer;
  }
  return found;
}

/** Minimum and maximum number of turns of the event loop in which pending work may set a timer. */
const LEAST_TURNS = 2;
const MOST_TURNS = 12;

/** The next timer to run, once everything that is ready has run. */
async function dueBy(timers: ReadonlySet<Timer>, until: number): Promise<Timer | undefined> {
  for (let turns = 1; turns <= MOST_TURNS; turns++) {
    await turn();
    const next = turns < LEAST_TURNS ? undefined : soonest(timers, until);
    if (next !== undefined) return next;
  }
  // Timers of the platform run in a separate phase.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await turn();
  return soonest(timers, until);
}

/** A macrotask later every microtask has run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
