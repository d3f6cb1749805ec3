import type { CallOptions } from '../contract/call.ts';
import type { Clock } from '../contract/clock.ts';
import { LlmError } from '../contract/llm-error.ts';
import { abortable } from '../abortable.ts';

/**
 * The time that all rounds of a typed call have together: each round gets what is left of `totalMs`, and what is done
 * between two of them ends with it, or with the caller's abort. It is to be closed.
 */
export class TimeLeft {
  readonly close: () => void;
  private readonly given: CallOptions | undefined;
  private readonly totalMs: number;
  private readonly clock: Clock;
  private readonly deadline: number;
  private readonly controller = new AbortController();

  constructor(options: CallOptions | undefined, totalMs: number, clock: Clock) {
    this.given = options;
    this.totalMs = totalMs;
    this.clock = clock;
    this.deadline = clock.now() + totalMs;
    const signal = options?.signal;
    const onAbort = (): void => {
      const cause: unknown = signal?.reason;
      this.controller.abort(new LlmError('aborted', 'the call was aborted', {}, { cause }));
    };
    const onTime = (): void => {
      this.controller.abort(this.late());
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    const cancel = totalMs > 0 ? clock.timer(totalMs, onTime) : undefined;
    this.close = () => {
      cancel?.();
      signal?.removeEventListener('abort', onAbort);
    };
  }

  /** The options of the next round. Throws when there is no time for one. */
  options(): CallOptions | undefined {
    if (this.totalMs === 0) return this.given;
    const leftMs = this.deadline - this.clock.now();
    if (leftMs <= 0) throw this.late();
    return { ...this.given, timeouts: { ...this.given?.timeouts, totalMs: leftMs } };
  }

  /** Work of others, such as a schema's check, for as long as there is time. */
  race<T>(work: Promise<T>): Promise<T> {
    return abortable(work, this.controller.signal);
  }

  /** Ends what is done between two rounds. */
  stop(error: LlmError): void {
    this.controller.abort(error);
  }

  /** A round knows the time that it got; the error says that of the call. */
  asOfCall(error: LlmError): LlmError {
    const isTotal = error.kind === 'timeout' && error.details.phase === 'total';
    return isTotal ? withMessage(error, this.late().message) : error;
  }

  private late(): LlmError {
    return new LlmError('timeout', `the call did not finish within ${this.totalMs} ms`, { phase: 'total' });
  }
}

function withMessage(error: LlmError, message: string): LlmError {
  const { kind, details, cause, stack } = error;
  const copy = new LlmError(kind, message, details, { cause });
  if (stack !== undefined) copy.stack = stack.replace(error.message, () => message);
  return copy;
}
