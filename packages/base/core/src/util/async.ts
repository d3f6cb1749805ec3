import type { Clock } from '../types/call-options.ts';

/** Returns the result of the work, or rejects with the signal's reason when the signal aborts. */
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

/** Work that several callers wait for. It is aborted when all of them have left before it ends. */
export class SharedWork<T> {
  readonly result: Promise<T>;
  private readonly controller = new AbortController();
  private waiting = 0;
  private isSettled = false;

  constructor(begin: (signal: AbortSignal) => Promise<T>) {
    this.result = begin(this.controller.signal);
    const settle = (): void => {
      this.isSettled = true;
    };
    // If no caller waits, the rejection must not be reported as unhandled.
    this.result.then(settle, settle);
  }

  get isAborted(): boolean {
    return this.controller.signal.aborted;
  }

  /** Returns the result, or rejects with the signal's reason when the signal aborts. */
  async waitFor(signal: AbortSignal): Promise<T> {
    this.waiting++;
    try {
      return await abortable(this.result, signal);
    } finally {
      if (--this.waiting === 0 && !this.isSettled) this.controller.abort(signal.reason);
    }
  }
}

/** Signal that aborts when its source signal aborts. `release` removes the listener from the source signal. */
interface DerivedSignal {
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/** Returns a separate signal for one request, because some SDKs leave a listener on the signal that they receive. */
export function derivedSignal(source: AbortSignal): DerivedSignal {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(source.reason);
  };
  if (source.aborted) abort();
  source.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      source.removeEventListener('abort', abort);
    },
  };
}

/** Returns the result of `next` for a value. Calls `next` synchronously if the value is not a promise. */
export function mapValue<T, R>(
  value: T | PromiseLike<T>,
  next: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}

/** Calls a function of the application, such as a method of a store. If the function throws, the result is a rejected promise. */
export function invoke<T>(call: () => T | PromiseLike<T>): T | Promise<T> {
  try {
    const result = call();
    return isPromise(result) ? Promise.resolve(result) : result;
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Whether a value has a `then` method. Promises of other realms and objects that only resemble a promise have one, too. */
export const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';

/**
 * Returns the result of the promise. Rejects if the promise does not settle within `ms` milliseconds. The timer of a background wait may
 * let the process end.
 */
export function withTimeout<T>(
  promise: Promise<T>,
  ms: number,
  clock: Pick<Clock, 'timer'>,
  options: { readonly isBackground?: boolean | undefined } = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      reject(new Error(`no answer within ${ms} ms`));
    };
    // If a result arrived while the process was blocked, handle the result before the timeout.
    const look = (): void => {
      cancel = clock.timer(0, late, options);
    };
    let cancel = clock.timer(ms, look, options);
    promise.then(resolve, reject).finally(() => {
      cancel();
    });
  });
}

/** Limit of concurrent work. Work above the limit waits and starts in the order of arrival. */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(limit: number) {
    this.free = Math.floor(limit);
  }

  /** Runs the work when the limit permits it. Rejects with `errorOf(reason)` if the signal aborts while the work waits. */
  async run<T>(
    signal: AbortSignal,
    work: () => Promise<T>,
    errorOf: (reason: unknown) => unknown = (reason) => reason,
  ): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await this.turn(signal, errorOf);
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  private async turn(signal: AbortSignal, errorOf: (reason: unknown) => unknown): Promise<void> {
    let start: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => {
      start = resolve;
    });
    this.waiting.push(start);
    try {
      await abortable(turn, signal);
    } catch (reason) {
      const at = this.waiting.indexOf(start);
      // The work had already received a place when the signal aborted, so the place is passed on.
      if (at === -1) this.release();
      else this.waiting.splice(at, 1);
      throw errorOf(reason);
    }
  }

  /** Starts the work that has waited longest, or frees the place if no work waits. */
  private release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}

/**
 * Calls `run` once, inside `wrap`, and returns its result. Also calls `run` if `wrap` throws or does not call it. Errors of `wrap` are
 * ignored.
 */
export function runInside<Args extends readonly unknown[], T>(
  wrap: (once: (...args: Args | []) => Promise<T>) => unknown,
  run: (...args: Args | []) => Promise<T>,
): Promise<T> {
  let running: Promise<T> | undefined;
  const once = (...args: Args | []): Promise<T> => (running ??= run(...args));
  try {
    Promise.resolve(wrap(once)).catch(() => undefined);
  } catch {
    // An error of `wrap` does not affect the work.
  }
  return once();
}
