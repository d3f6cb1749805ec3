import { LlmError, type Clock } from '@majordomo/core';

/** How long is waited for a server. */
export interface IdleTimeoutOptions {
  /** Signal of the caller. */
  readonly signal: AbortSignal;
  /** Without a sign of life. */
  readonly idleMs: number;
  readonly totalMs: number;
  readonly clock: Pick<Clock, 'timer'>;
  readonly label: string;
}

/**
 * Aborts when the server shows no sign of life for `idleMs`, or after a total time. Pauses while the server waits for
 * the client. Must be closed.
 */
export class IdleTimeout {
  /** Aborts with the caller's, and when the time is over. */
  readonly signal: AbortSignal;
  private readonly options: IdleTimeoutOptions;
  private readonly controller = new AbortController();
  private readonly cancelTotal: () => void;
  private cancelIdle: (() => void) | undefined;
  private pauses = 0;

  constructor(options: IdleTimeoutOptions) {
    this.options = options;
    const { signal, totalMs, clock } = options;
    this.signal = this.controller.signal;
    signal.addEventListener('abort', this.onAbort, { once: true });
    if (signal.aborted) this.onAbort();
    this.cancelTotal = clock.timer(totalMs, () => {
      this.expire(`did not end within ${totalMs} ms`);
    });
    this.touch();
  }

  /** A sign of life. */
  readonly touch = (): void => {
    this.cancelIdle?.();
    if (this.pauses > 0) return;
    const { clock, idleMs } = this.options;
    this.cancelIdle = clock.timer(idleMs, () => {
      this.expire(`gave no sign of life for ${idleMs} ms`);
    });
  };

  /** The server waits for us; what it gives back ends that. */
  pause(): () => void {
    this.pauses += 1;
    this.cancelIdle?.();
    return () => {
      this.pauses -= 1;
      if (!this.isClosed) this.touch();
    };
  }

  close(): void {
    this.isClosed = true;
    this.cancelTotal();
    this.cancelIdle?.();
    this.options.signal.removeEventListener('abort', this.onAbort);
  }

  private isClosed = false;

  private readonly onAbort = (): void => {
    this.controller.abort(this.options.signal.reason);
  };

  private expire(what: string): void {
    this.controller.abort(new LlmError('timeout', `${this.options.label} ${what}`, { phase: 'idle' }));
  }
}
