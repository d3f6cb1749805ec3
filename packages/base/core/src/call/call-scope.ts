import { abortedError } from '../errors/error-kind.ts';
import type { Clock } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';

/**
 * Lifetime of a call. Ends the call when the caller aborts, when the deadline passes, or when the reader stops reading. Gates,
 * resolvers and delays observe the scope's signal.
 */
export class CallScope {
  /** Error of the abort, the deadline or the reader that stopped the call; `undefined` if the call was not stopped. */
  reason: LlmError | undefined;
  private readonly deadline: number;
  private readonly clock: Clock;
  private readonly onStop: (error: LlmError) => void;
  private readonly callerSignal: AbortSignal | undefined;
  private readonly cancelTimer: (() => void) | undefined;
  private readonly controller = new AbortController();
  private isReleased = false;

  /**
   * @param totalMs time limit of the call in milliseconds; 0 or `undefined` for none
   * @param onStop called when the call is stopped, but not for a signal that is already aborted
   */
  constructor(
    callerSignal: AbortSignal | undefined,
    totalMs: number | undefined,
    clock: Clock,
    onStop: (error: LlmError) => void,
  ) {
    this.clock = clock;
    this.onStop = onStop;
    this.callerSignal = callerSignal;
    const hasDeadline = totalMs !== undefined && totalMs > 0;
    this.deadline = hasDeadline ? clock.now() + totalMs : Infinity;
    this.cancelTimer = hasDeadline
      ? clock.timer(totalMs, () => {
          this.stop(deadlineError(totalMs));
        })
      : undefined;
    if (callerSignal?.aborted === true) {
      // Nothing runs yet. The call finds the reason with `throwIfStopped`.
      this.reason = abortedError(callerSignal.reason);
      this.controller.abort(this.reason);
    } else callerSignal?.addEventListener('abort', this.onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Returns the time until the deadline, in milliseconds; `Infinity` without a deadline. */
  remainingMs(): number {
    return this.deadline - this.clock.now();
  }

  /** Stops the call, unless it has ended or was stopped before. */
  stop(error: LlmError): void {
    if (this.isReleased || this.reason !== undefined) return;
    this.reason = error;
    this.removeListeners();
    this.controller.abort(error);
    this.onStop(error);
  }

  throwIfStopped(): void {
    if (this.reason !== undefined) throw this.reason;
  }

  /** Removes the timer and the listener once the call has ended. */
  release(): void {
    this.isReleased = true;
    this.removeListeners();
  }

  private removeListeners(): void {
    this.cancelTimer?.();
    this.callerSignal?.removeEventListener('abort', this.onAbort);
  }

  private readonly onAbort = (): void => {
    if (this.callerSignal !== undefined) this.stop(abortedError(this.callerSignal.reason));
  };
}

/** Returns the error of a call that exceeded its time limit. */
export const deadlineError = (totalMs: number): LlmError =>
  new LlmError('timeout', `the call did not finish within ${totalMs} ms; raise totalMs`, { phase: 'total' });
