import type { Clock } from '@majordomo/core';

/** Rejects when nothing came within `ms`; what comes later is for whoever holds the promise. */
export function withTimeout<T>(
  promise: Promise<T>,
  ms: number,
  clock: Clock,
  isBackground = false,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      reject(new Error(`no answer within ${ms} ms`));
    };
    // What came while this process did something else is read before anybody is late.
    const look = (): void => {
      cancel = clock.timer(0, late, isBackground);
    };
    let cancel = clock.timer(ms, look, isBackground);
    promise.then(resolve, reject).finally(() => {
      cancel();
    });
  });
}
