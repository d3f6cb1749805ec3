import type { Clock } from '@majordomo/core';

/** Between two looks at a list that keeps changing. */
const PAUSE_MS = 300;
/** What a call has given is not held back for a list longer than this. */
const MAX_WAIT_MS = 2000;

/** Looks at a list again when it is said to have changed: one look at a time, however often that is said. */
export class ListWatch {
  private readonly clock: Clock;
  private readonly signal: AbortSignal;
  private readonly refresh: () => Promise<void>;
  private isStale = false;
  private isFollowing = false;
  /** Resolves when a look that began after the last change has ended. */
  private refreshed: Promise<void> = Promise.resolve();
  private resolveRefreshed: () => void = () => undefined;

  constructor(clock: Clock, signal: AbortSignal, refresh: () => Promise<void>) {
    this.clock = clock;
    this.signal = signal;
    this.refresh = refresh;
  }

  readonly changed = (): void => {
    if (!this.isStale) {
      this.isStale = true;
      this.refreshed = new Promise((resolve) => {
        this.resolveRefreshed = resolve;
      });
    }
    if (!this.isFollowing) void this.follow();
  };

  /** Resolves when the change that was said last is known, or has been waited for long enough. */
  async whenRefreshed(): Promise<void> {
    if (!this.isFollowing) return;
    let cancel: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.clock.timer(MAX_WAIT_MS, resolve);
    });
    await Promise.race([this.refreshed, late]).finally(cancel);
  }

  private async follow(): Promise<void> {
    this.isFollowing = true;
    while (this.isStale && !this.signal.aborted) {
      this.isStale = false;
      const { resolveRefreshed } = this;
      // A list that can't be had stays what it was: the next call tells what is wrong.
      await this.refresh().catch(() => undefined);
      resolveRefreshed();
      await this.clock.sleep(PAUSE_MS, this.signal).catch(() => undefined);
    }
    this.isFollowing = false;
  }
}
