import { LlmError } from '@majordomo/core';

/** Signal of one request. Dispose of the signal when the request ends. */
export interface ClosingSignal extends Disposable {
  readonly signal: AbortSignal;
}

/** Shutdown of a server. Each request has a separate signal, because requests in a Worker must not share a signal. */
export class Closing {
  private reason: LlmError | undefined;
  private readonly active = new Set<AbortController>();

  get isOver(): boolean {
    return this.reason !== undefined;
  }

  /** Returns a signal that aborts with the given signal, or when the server is closed. */
  track(signal?: AbortSignal): ClosingSignal {
    const own = new AbortController();
    if (this.reason === undefined) this.active.add(own);
    else own.abort(this.reason);
    return {
      signal: signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]),
      [Symbol.dispose]: () => void this.active.delete(own),
    };
  }

  close(): void {
    this.reason ??= new LlmError('aborted', 'the server was closed');
    for (const own of this.active) own.abort(this.reason);
    this.active.clear();
  }
}
