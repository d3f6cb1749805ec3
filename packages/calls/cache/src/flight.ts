import { LlmError, type PartialResponse } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';

/** Work in progress that several calls share. When the last waiting call is aborted, the work is aborted. */
export class Flight<T> {
  readonly result: Promise<T>;
  private readonly stop = new AbortController();
  private waiting = 1;

  constructor(begin: (signal: AbortSignal) => Promise<T>) {
    this.result = begin(this.stop.signal);
    // Waiting calls receive the error. If no call waits, the rejection must not be reported as unhandled.
    this.result.catch(() => undefined);
  }

  /** Adds a call. Returns false if the work was already aborted. */
  join(): boolean {
    if (this.waiting <= 0) return false;
    this.waiting++;
    return true;
  }

  /** Removes a call. If no call remains, aborts the work with the reason and returns true. */
  leave(reason: unknown): boolean {
    this.waiting--;
    if (this.waiting > 0) return false;
    this.stop.abort(reason);
    return true;
  }

  /**
   * Waits for the work, or for one step of it, until the call's signal aborts. The last waiting call also waits until the aborted
   * work has ended.
   * @param partial returns the part of a stream that the call has read
   */
  async waitFor<P>(
    work: Promise<P>,
    signal: AbortSignal | undefined,
    partial: () => PartialResponse | undefined = () => undefined,
  ): Promise<P> {
    if (signal === undefined) return work;
    try {
      return await abortable(work, signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      if (this.leave(error)) return work;
      const details = { partial: partial() };
      throw new LlmError('aborted', 'the call was aborted by its signal', details, { cause: error });
    }
  }
}
