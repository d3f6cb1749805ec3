import type { Clock } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';

/** Limits of an operation: the signal of the run, and an optional time limit. */
export interface ScopeLimits {
  readonly signal: AbortSignal;
  /** Maximum duration in milliseconds. `undefined` or 0 disables the limit. */
  readonly ms: number | undefined;
  readonly clock: Pick<Clock, 'timer'>;
  readonly createError: () => Error;
}

/** Limits for operations. An operation is rejected at a limit, even if it ignores `signal`. The caller must close the scope. */
export class Scope {
  /** Signal that aborts when the run aborts or the time limit is reached. */
  readonly signal: AbortSignal;
  timeoutError: Error | undefined;
  private readonly aborted: Promise<never>;
  readonly close: () => void;

  constructor({ signal, ms, clock, createError }: ScopeLimits) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.aborted = abortable(new Promise<never>(() => undefined), controller.signal);
    // If no caller waits, the rejection must not become an unhandled rejection.
    this.aborted.catch(() => undefined);
    const onAbort = (): void => {
      controller.abort(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const onTime = (): void => {
      this.timeoutError = createError();
      controller.abort(this.timeoutError);
    };
    const cancel = ms === undefined || ms === 0 ? undefined : clock.timer(ms, onTime);
    this.close = () => {
      cancel?.();
      signal.removeEventListener('abort', onAbort);
    };
  }

  /** Returns the result of an operation, or rejects when a limit is reached. */
  async race<T>(work: () => T | Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    return Promise.race([work(), this.aborted]);
  }
}
