import type { Clock } from '../types/call-options.ts';

/** Longer delays overflow the platform's timer and would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The platform's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  timer(ms, run, isBackground = false) {
    const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER_MS));
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

/** An object in Node, Bun and Deno; elsewhere a number, which holds nothing alive. */
function unref(timer: number | { unref?(): unknown }): void {
  if (typeof timer === 'object') timer.unref?.();
}
