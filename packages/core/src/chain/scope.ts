import type { LlmError } from '../contract/llm-error.ts';

/**
 * How far a call reaches: what ended it from outside, and the signal that gates, resolvers and sleeps watch. The signal
 * is made when somebody asks for it, since most calls need none of their own.
 */
export class CallScope {
  stopped: LlmError | undefined;
  private controller: AbortController | undefined;

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.stopped !== undefined) this.controller.abort(this.stopped);
    }
    return this.controller.signal;
  }

  stop(error: LlmError): void {
    this.stopped = error;
    this.controller?.abort(error);
  }

  throwIfStopped(): void {
    if (this.stopped !== undefined) throw this.stopped;
  }
}
