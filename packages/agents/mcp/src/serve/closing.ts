import { LlmError } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';

/** Signals that abort when a server is closed. Each request has a separate signal, because Worker requests cannot share one. */
export class Closing {
  private reason: LlmError | undefined;
  private readonly active = new Set<AbortController>();

  get isOver(): boolean {
    return this.reason !== undefined;
  }

  /** Runs `work` with a signal that aborts when `signal` aborts or the server is closed. Rejects when the server is closed. */
  async run<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const own = new AbortController();
    if (this.reason === undefined) this.active.add(own);
    else own.abort(this.reason);
    try {
      const either = signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]);
      return await abortable(work(either), own.signal);
    } finally {
      this.active.delete(own);
    }
  }

  close(): void {
    this.reason ??= new LlmError('aborted', 'the server was closed');
    for (const own of this.active) own.abort(this.reason);
  }
}
