import { LlmError, type PartialResponse } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';

/** One thing under way for all who want it. It is given up when the last of them has left. */
export class Flight<T> {
  readonly result: Promise<T>;
  private readonly stop = new AbortController();
  private waiting = 1;

  constructor(begin: (signal: AbortSignal) => Promise<T>) {
    this.result = begin(this.stop.signal);
    // Those who wait hear of it; without any there is nobody to tell.
    this.result.catch(() => undefined);
  }

  /** One more wants it; `false` where it was given up already. */
  join(): boolean {
    if (this.waiting <= 0) return false;
    this.waiting++;
    return true;
  }

  /** Was that the last one? Then it is given up, and hears why. */
  leave(reason: unknown): boolean {
    this.waiting--;
    if (this.waiting > 0) return false;
    this.stop.abort(reason);
    return true;
  }

  /**
   * What comes of it, or of a part of it, unless the one who waits is called away; the last one hears how it ended.
   *
   * @param partial what one of several had read of it
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
