import type { Clock } from '../../src/index.ts';

export interface ManualClock extends Clock {
  /** Advances the time and fires the due timers in order. Promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Advances the time to the next timer and fires it. Returns false if no timer is pending. */
  fireNext(): Promise<boolean>;
  /** Returns the number of pending timers. */
  pending(): number;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export function manualClock(start = 1_000_000): ManualClock {
  let now = start;
  const timers = new Set<Timer>();
  const timer = (ms: number, run: () => void): (() => void) => {
    const entry = { at: now + ms, run };
    timers.add(entry);
    return () => timers.delete(entry);
  };
  /** Returns the timer that is due first, and no later than `end`. */
  const firstDue = (end: number): Timer | undefined =>
    [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  const fire = async (due: Timer): Promise<void> => {
    timers.delete(due);
    now = Math.max(now, due.at);
    due.run();
    await settled();
  };
  return {
    now: () => now,
    timer,
    pending: () => timers.size,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason as Error);
          return;
        }
        const cancel = timer(ms, () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        });
        const onAbort = (): void => {
          cancel();
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', onAbort, { once: true });
      }),
    async advance(ms) {
      const end = now + ms;
      await settled();
      for (;;) {
        const due = firstDue(end);
        if (due === undefined) break;
        await fire(due);
      }
      now = end;
    },
    async fireNext() {
      await settled();
      const due = firstDue(Infinity);
      if (due !== undefined) await fire(due);
      return due !== undefined;
    },
  };
}

/** Waits for one turn of the event loop, in which promises settle, after core's lazy modules have loaded. */
export async function settled(): Promise<void> {
  await Promise.all([
    import('../../src/client/other-calls.ts'),
    import('../../src/client/prepare-targets.ts'),
    import('../../src/operations/typed-objects.ts'),
    import('../../src/schema/json-schema.ts'),
  ]);
  await new Promise((resolve) => setImmediate(resolve));
}
