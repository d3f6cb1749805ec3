/** Work of others that an abort must not wait for: rejects with the signal's reason at once. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    const done = (): void => {
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(done);
  });
}

/** A signal that aborts with another one. `release` removes the listener on that one. */
interface DerivedSignal {
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/** Returns a separate signal for one request: some SDKs leave a listener on the signal that they get. */
export function derivedSignal(given: AbortSignal): DerivedSignal {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(given.reason);
  };
  if (given.aborted) abort();
  given.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      given.removeEventListener('abort', abort);
    },
  };
}

/** Goes on with a value: at once, where it is there. What `next` throws is thrown then, and else rejects. */
export function mapValue<T, R>(
  value: T | PromiseLike<T>,
  next: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}

/** What one of the app's own parts answers, such as a store: at once, where it does. One that throws has rejected. */
export function invoke<T>(ask: () => T | PromiseLike<T>): T | Promise<T> {
  try {
    const answer = ask();
    return isPromise(answer) ? Promise.resolve(answer) : answer;
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Of any realm, or made manually. */
const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
