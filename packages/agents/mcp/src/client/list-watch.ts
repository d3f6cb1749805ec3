import type { Clock } from '@majordomo/core';

/** Time between two updates, in milliseconds, so that many changes cause few requests. */
const PAUSE_MS = 300;
/** Maximum time for which a call's result is delayed until the tool list is updated, in milliseconds. */
const MAX_WAIT_MS = 2000;

/** Watch that updates a list after change notifications. Only one update runs at a time. */
export class ListWatch {
  private readonly clock: Clock;
  private readonly signal: AbortSignal;
  private readonly refresh: () => Promise<void>;
  private isStale = false;
  private isFollowing = false;
  private refreshed: Promise<void> = Promise.resolve();
  private resolveRefreshed: () => void = () => undefined;

  constructor(clock: Clock, signal: AbortSignal, refresh: () => Promise<void>) {
    this.clock = clock;
    this.signal = signal;
    this.refresh = refresh;
  }

  /** Called with each notification of a change. */
  readonly changed = (): void => {
    if (!this.isStale) {
      this.isStale = true;
      this.refreshed = new Promise((resolve) => {
        this.resolveRefreshed = resolve;
      });
    }
    if (!this.isFollowing) void this.follow();
  };

  /** Resolves when the list contains the latest reported change, or after `MAX_WAIT_MS`. */
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
      // A change during this update creates another promise, which the next update resolves.
      const { resolveRefreshed } = this;
      // If an update fails, the list remains unchanged, and the next call reports the error.
      await this.refresh().catch(() => undefined);
      resolveRefreshed();
      await this.clock.sleep(PAUSE_MS, this.signal).catch(() => undefined);
    }
    this.isFollowing = false;
  }
}
