import type { Clock } from '@majordomo/core';

/** Rejects when nothing came within `ms`; what comes later is for whoever holds the promise. */
export function inTime<T>(promise: Promise<T>, ms: number, clock: Clock, isBackground = false): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.timer(
      ms,
      () => {
        reject(new Error(`no answer within ${ms} ms`));
      },
      isBackground,
    );
    promise.then(resolve, reject).finally(cancel);
  });
}
