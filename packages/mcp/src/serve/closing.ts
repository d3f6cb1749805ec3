import { LlmError } from '@majordomo/core';

/** Signal of one request; dispose of it at the end. */
export interface ClosingSignal extends Disposable {
  readonly signal: AbortSignal;
}

/** End of a server. Each request gets a separate signal, since requests of a Worker may share none. */
export class Closing {
  private reason: LlmError | undefined;
  private readonly active = new Set<AbortController>();

  get isOver(): boolean {
    return this.reason !== undefined;
  }

  /** A signal that aborts with this one, and at the end. */
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
