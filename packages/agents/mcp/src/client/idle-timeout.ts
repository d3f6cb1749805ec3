import { LlmError, type Clock } from '@majordomo/core';

/** Time limits of a call. `totalMs` is its maximum duration, in milliseconds. */
export interface IdleTimeoutOptions {
  /** Signal of the caller. */
  readonly signal: AbortSignal;
  /** Maximum time without data from the server, in milliseconds. */
  readonly idleMs: number;
  readonly totalMs: number;
  readonly clock: Pick<Clock, 'timer'>;
  readonly label: string;
}

/**
 * Timeout that aborts `signal` if the server sends no data for `idleMs`, or after `totalMs`. While the server waits for the
 * client, the idle time is paused, but not the total time. The caller must close the timeout.
 */
export class IdleTimeout {
  /** Signal that aborts with the caller's signal, or when a time limit is reached. */
  readonly signal: AbortSignal;
  private readonly options: IdleTimeoutOptions;
  private readonly controller = new AbortController();
  private readonly cancelTotal: () => void;
  private cancelIdle: (() => void) | undefined;
  private pauses = 0;
  private isClosed = false;

  constructor(options: IdleTimeoutOptions) {
    this.options = options;
    const { signal, totalMs, clock } = options;
    this.signal = this.controller.signal;
    signal.addEventListener('abort', this.onAbort, { once: true });
    if (signal.aborted) this.onAbort();
    this.cancelTotal = clock.timer(totalMs, () => {
      this.expire('total', `no result within ${totalMs} ms; raise totalMs or connectMs`);
    });
    this.touch();
  }

  /** Restarts the idle timeout. Also called with progress of requests that outlive the call, which has no effect. */
  readonly touch = (): void => {
    this.cancelIdle?.();
    if (this.pauses > 0 || this.isClosed) return;
    const { clock, idleMs } = this.options;
    this.cancelIdle = clock.timer(idleMs, () => {
      this.expire('idle', `the server sent no data for ${idleMs} ms; raise timeoutMs or connectMs`);
    });
  };

  /** Pauses the idle timeout while the server waits for the client. Returns a function that ends the pause. */
  pause(): () => void {
    this.pauses += 1;
    this.cancelIdle?.();
    return () => {
      this.pauses -= 1;
      this.touch();
    };
  }

  close(): void {
    this.isClosed = true;
    this.cancelTotal();
    this.cancelIdle?.();
    this.options.signal.removeEventListener('abort', this.onAbort);
  }

  private readonly onAbort = (): void => {
    this.controller.abort(this.options.signal.reason);
  };

  private expire(phase: 'idle' | 'total', what: string): void {
    const message = `${this.options.label}: ${what}`;
    this.controller.abort(new LlmError('timeout', message, { phase }));
  }
}
