import type { Clock } from '../types/call-options.ts';

/** Maximum delay of a timer, in milliseconds. A longer delay overflows the platform's timer, which then fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Clock of the platform. */
export const systemClock: Clock = {
  now: () => Date.now(),
  timer(ms, run, isBackground = false) {
    const timer = setTimeout(run, Math.min(ms, MAX_TIMER_MS));
    if (isBackground) unref(timer);
    return () => {
      clearTimeout(timer);
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

/**
 * Lets the process end before the timer fires. A timer is an object in Node, Bun and Deno. Elsewhere it is a number and does
 * not keep a process alive.
 */
function unref(timer: number | { unref?(): unknown }): void {
  if (typeof timer === 'object') timer.unref?.();
}
