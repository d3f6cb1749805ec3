import type { Clock } from '@majordomo/core';

export interface ManualClock extends Clock {
  /** Advances the time and fires the due timers in order. Promises settle in between. */
  advance(ms: number): Promise<void>;
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
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.run();
        await settled();
      }
      now = end;
    },
  };
}

/** Waits for one turn of the event loop, in which promises settle. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
