import type { Clock } from './contract/clock.ts';

/** Longer delays overflow the platform's timer and would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

type Timer = number | { unref?(): unknown };

/** The platform's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  timer(ms, run, isBackground = false) {
    const timer: Timer = setTimeout(run, Math.min(ms, LONGEST_TIMER_MS));
    // An object in Node, Bun and Deno; elsewhere a number, which holds nothing alive.
    if (isBackground && typeof timer === 'object') timer.unref?.();
    return () => {
      clearTimeout(timer as ReturnType<typeof setTimeout>);
    };
  },
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        cancel();
        reject(signal.reason as Error);
      };
      const cancel = systemClock.timer(ms, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  },
};
