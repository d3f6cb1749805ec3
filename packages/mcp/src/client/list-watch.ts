import type { Clock } from '@majordomo/core';

/** Between two looks at a list that keeps changing. */
const PAUSE_MS = 300;
/** What a call has given is not held back for a list longer than this. */
const LONGEST_WAIT_MS = 2000;

/** Looks at a list again when it is said to have changed: one look at a time, however often that is said. */
export class ListWatch {
  private readonly clock: Clock;
  private readonly signal: AbortSignal;
  private readonly look: () => Promise<void>;
  private isStale = false;
  private isFollowing = false;
  /** Resolves when a look that began after the last change has ended. */
  private known: Promise<void> = Promise.resolve();
  private isKnown: () => void = () => undefined;

  constructor(clock: Clock, signal: AbortSignal, look: () => Promise<void>) {
    this.clock = clock;
    this.signal = signal;
    this.look = look;
  }

  readonly changed = (): void => {
    if (!this.isStale) {
      this.isStale = true;
      this.known = new Promise((resolve) => {
        this.isKnown = resolve;
      });
    }
    if (!this.isFollowing) void this.follow();
  };

  /** Resolves when the change that was said last is known, or has been waited for long enough. */
  async settled(): Promise<void> {
    if (!this.isFollowing) return;
    let cancel: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.clock.timer(LONGEST_WAIT_MS, resolve);
    });
    await Promise.race([this.known, late]).finally(cancel);
  }

  private async follow(): Promise<void> {
    this.isFollowing = true;
    while (this.isStale && !this.signal.aborted) {
      this.isStale = false;
      const { isKnown } = this;
      // A list that can't be had stays what it was: the next call tells what is wrong.
      await this.look().catch(() => undefined);
      isKnown();
      await this.clock.sleep(PAUSE_MS, this.signal).catch(() => undefined);
    }
    this.isFollowing = false;
  }
}
