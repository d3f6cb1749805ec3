import type { Clock } from '@majordomo/core';

/** Number of ticks per timeout. A timeout may be shorter than requested by up to one tick, a fifth of its length. */
const TICKS = 5;

/** Pending timeout. */
interface Wait {
  readonly late: () => void;
  ticks: number;
}

/** Timeouts of equal length that share one timer. Separate timers would be wasteful, because most commands end early. */
export class TickingTimeout {
  private readonly clock: Clock;
  private readonly tickMs: number;
  private readonly waiting = new Set<Wait>();
  private isTicking = false;

  constructor(clock: Clock, longestMs: number) {
    this.clock = clock;
    this.tickMs = longestMs / TICKS;
  }

  /** Starts a timeout and returns a function that cancels it. */
  start(late: () => void): () => void {
    const wait: Wait = { late, ticks: 0 };
    this.waiting.add(wait);
    this.tickLater();
    return () => {
      this.waiting.delete(wait);
    };
  }

  private tickLater(): void {
    if (this.isTicking) return;
    this.isTicking = true;
    this.clock.timer(this.tickMs, () => {
      this.isTicking = false;
      this.tick();
    });
  }

  private tick(): void {
    for (const wait of this.waiting) {
      if (++wait.ticks < TICKS) continue;
      this.waiting.delete(wait);
      wait.late();
    }
    if (this.waiting.size > 0) this.tickLater();
  }
}
