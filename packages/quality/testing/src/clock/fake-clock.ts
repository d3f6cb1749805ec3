import { setImmediate, setTimeout } from 'node:timers';
import { createMajordomo, type Clock } from '@majordomo/core';

/** Clock whose time changes only by `advance`. */
export interface FakeClock extends Clock {
  /**
   * Advances the time by `ms` milliseconds and runs the timers that become due, ordered by due time, then by creation. Before
   * and after each timer, pending microtasks and immediates run and may set further timers. Network I/O is not awaited. Concurrent
   * calls advance the time one after the other. Rejects with a `RangeError` if `ms` is negative or not finite.
   */
  advance(ms: number): Promise<void>;
  /** Number of timers and sleeps that have not ended. */
  readonly pending: number;
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** Creates a clock that starts at `start`, in epoch milliseconds. `@default 0` */
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
        return Promise.reject(
          new RangeError(`fakeClock: advance: ms must be a finite number of 0 or more, not ${ms}`),
        );
      const moved = last.then(() => move(ms));
      last = moved.catch(() => undefined);
      return moved;
    },
  };
}

/** Loads the code that core loads at its first call. Loading takes real time, for which the fake clock does not wait. */
async function loadLazyParts(): Promise<void> {
  const majordomo = createMajordomo({ providers: [] });
  await Promise.allSettled([
    majordomo.model('none/none').generateObject({ messages: [], output: {} }),
    majordomo.embeddingModel('none/none').embed({ values: [] }),
  ]);
}

/** Resolves when a timer of `ms` milliseconds has ended. Rejects with the signal's reason when the signal aborts. */
export async function sleepOn(timer: Clock['timer'], ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      reject(signal.reason);
    };
    const cancel = timer(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Returns the first timer due at or before `until`. Timers with equal times run in order of creation, as a Set iterates. */
function soonest(timers: ReadonlySet<Timer>, until: number): Timer | undefined {
  let found: Timer | undefined;
  for (const timer of timers) {
    if (timer.due <= until && (found === undefined || timer.due < found.due)) found = timer;
  }
  return found;
}

/** Minimum number of event loop turns before the next timer runs, because pending work may set an earlier timer. */
const MIN_TURNS = 2;
/** Maximum number of event loop turns to wait for pending work to set a timer. */
const MOST_TURNS = 12;

/** Returns the next timer due at or before `until`, after pending work has run. */
async function dueBy(timers: ReadonlySet<Timer>, until: number): Promise<Timer | undefined> {
  for (let turns = 1; turns <= MOST_TURNS; turns++) {
    await turn();
    const next = turns < MIN_TURNS ? undefined : soonest(timers, until);
    if (next !== undefined) return next;
  }
  // Pending work may also wait for timers of the platform, which run in a separate phase of the event loop.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await turn();
  return soonest(timers, until);
}

/** Resolves in the next turn of the event loop, after all pending microtasks. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
