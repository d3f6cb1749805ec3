/** Goes on with a value: at once, where it is there. What `next` throws is thrown then, and else rejects. */
export function whenThere<T, R>(
  value: T | PromiseLike<T>,
  next: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}

/** What one of the app's own parts answers, such as a store: at once, where it does. One that throws has rejected. */
export function answerOf<T>(ask: () => T | PromiseLike<T>): T | Promise<T> {
  try {
    const answer = ask();
    return isPromise(answer) ? Promise.resolve(answer) : answer;
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Of any realm, or made by hand. */
const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
