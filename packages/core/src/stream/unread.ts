import type { Clock } from '../contract/clock.ts';

/**
 * Notices when nobody reads any more: an iterator that was dropped without a word would hold its socket and its lane
 * for ever. One timer a stream; while the model is waited for, it does not count.
 */
export class Unread {
  private readonly clock: Clock;
  private readonly ms: number;
  private readonly onUnread: (ms: number) => void;
  private since: number | undefined;
  /** Something of what was handed over has been read since the timer was set. */
  private isTouched = false;
  private cancel: (() => void) | undefined;

  constructor(clock: Clock, ms: number, onUnread: (ms: number) => void) {
    this.clock = clock;
    this.ms = ms;
    this.onUnread = onUnread;
  }

  /** Something is read of what has been handed over. */
  touch(): void {
    this.isTouched = true;
  }

  /** The model is waited for. */
  pause(): void {
    this.since = undefined;
  }

  /** Events were handed over: it is the reader's turn. */
  resume(): void {
    if (this.ms === Infinity) return;
    this.since = this.clock.now();
    this.isTouched = false;
    this.cancel ??= this.clock.timer(this.ms, this.fired, true);
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.since = undefined;
  }

  private readonly fired = (): void => {
    this.cancel = undefined;
    if (this.since === undefined) return;
    const now = this.clock.now();
    if (this.isTouched) this.since = now;
    this.isTouched = false;
    const leftMs = this.since + this.ms - now;
    if (leftMs > 0) this.cancel = this.clock.timer(leftMs, this.fired, true);
    else this.onUnread(this.ms);
  };
}
