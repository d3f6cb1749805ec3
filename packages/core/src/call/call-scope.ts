import type { Clock } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';

/**
 * How far a call reaches: it listens to the caller's signal and to the deadline, and knows what ended the call from
 * outside. Gates, resolvers and sleeps watch its own signal.
 */
export class CallScope {
  /** What ended the call from outside. */
  reason: LlmError | undefined;
  private readonly deadline: number;
  private readonly clock: Clock;
  private readonly onStop: (error: LlmError) => void;
  private readonly caller: AbortSignal | undefined;
  private readonly cancel: (() => void) | undefined;
  private readonly controller = new AbortController();
  private isOver = false;

  constructor(
    caller: AbortSignal | undefined,
    totalMs: number | undefined,
    clock: Clock,
    onStop: (error: LlmError) => void,
  ) {
    this.clock = clock;
    this.onStop = onStop;
    this.caller = caller;
    const isBounded = totalMs !== undefined && totalMs > 0;
    this.deadline = isBounded ? clock.now() + totalMs : Infinity;
    this.cancel = isBounded
      ? clock.timer(totalMs, () => {
          this.stop(timedOut(totalMs));
        })
      : undefined;
    if (caller?.aborted === true) {
      this.reason = abortedBy(caller);
      this.controller.abort(this.reason);
    } else caller?.addEventListener('abort', this.onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  remainingMs(): number {
    return this.deadline - this.clock.now();
  }

  /** Ends the call, unless it has ended. */
  stop(error: LlmError): void {
    if (this.isOver || this.reason !== undefined) return;
    this.reason = error;
    // Nothing more can end it: nobody is listened to while the books are closed.
    this.unlisten();
    this.controller.abort(error);
    this.onStop(error);
  }

  throwIfStopped(): void {
    if (this.reason !== undefined) throw this.reason;
  }

  /** The call has ended: nobody is listened to any more. */
  release(): void {
    this.isOver = true;
    this.unlisten();
  }

  private unlisten(): void {
    this.cancel?.();
    this.caller?.removeEventListener('abort', this.onAbort);
  }

  private readonly onAbort = (): void => {
    if (this.caller !== undefined) this.stop(abortedBy(this.caller));
  };
}

const abortedBy = (signal: AbortSignal): LlmError =>
  new LlmError('aborted', 'the call was aborted', {}, { cause: signal.reason });

const timedOut = (totalMs: number): LlmError =>
  new LlmError('timeout', `the call did not finish within ${totalMs} ms`, { phase: 'total' });
