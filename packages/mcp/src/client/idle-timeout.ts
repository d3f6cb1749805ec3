import { LlmError, type Clock } from '@majordomo/core';

/** How long is waited for a server. */
export interface PatienceOptions {
  /** Of whoever waits. */
  readonly signal: AbortSignal;
  /** Without a sign of life. */
  readonly silentMs: number;
  readonly totalMs: number;
  readonly clock: Pick<Clock, 'timer'>;
  readonly who: string;
}

/**
 * Waits for a server for as long as it shows signs of life, and no longer than a total; while it waits for an answer of
 * ours, its silence is our doing. It is to be closed.
 */
export class Patience {
  /** Aborts with the caller's, and when the time is over. */
  readonly signal: AbortSignal;
  private readonly options: PatienceOptions;
  private readonly controller = new AbortController();
  private readonly cancelTotal: () => void;
  private cancelSilence: (() => void) | undefined;
  private paused = 0;

  constructor(options: PatienceOptions) {
    this.options = options;
    const { signal, totalMs, clock } = options;
    this.signal = this.controller.signal;
    signal.addEventListener('abort', this.onAbort, { once: true });
    if (signal.aborted) this.onAbort();
    this.cancelTotal = clock.timer(totalMs, () => {
      this.late(`did not end within ${totalMs} ms`);
    });
    this.touch();
  }

  /** A sign of life. */
  readonly touch = (): void => {
    this.cancelSilence?.();
    if (this.paused > 0) return;
    const { clock, silentMs } = this.options;
    this.cancelSilence = clock.timer(silentMs, () => {
      this.late(`gave no sign of life for ${silentMs} ms`);
    });
  };

  /** The server waits for us; what it gives back ends that. */
  pause(): () => void {
    this.paused += 1;
    this.cancelSilence?.();
    return () => {
      this.paused -= 1;
      if (!this.isClosed) this.touch();
    };
  }

  close(): void {
    this.isClosed = true;
    this.cancelTotal();
    this.cancelSilence?.();
    this.options.signal.removeEventListener('abort', this.onAbort);
  }

  private isClosed = false;

  private readonly onAbort = (): void => {
    this.controller.abort(this.options.signal.reason);
  };

  private late(what: string): void {
    this.controller.abort(new LlmError('timeout', `${this.options.who} ${what}`, { phase: 'idle' }));
  }
}
