import type { Clock } from '../types/call-options.ts';

/** Rejects if the promise does not settle within `ms` milliseconds. */
export function withTimeout<T>(
  promise: Promise<T>,
  ms: number,
  clock: Pick<Clock, 'timer'>,
  isBackground?: boolean,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      reject(new Error(`no answer within ${ms} ms`));
    };
    // If a result arrived while the process was blocked, handle the result before the timeout.
    const look = (): void => {
      cancel = clock.timer(0, late, isBackground);
    };
    let cancel = clock.timer(ms, look, isBackground);
    promise.then(resolve, reject).finally(() => {
      cancel();
    });
  });
}
