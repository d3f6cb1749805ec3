import type { Clock } from '@majordomo/core';

/** Whoever waits sees so many ticks before it is late: none waits longer than was said, and a fifth less at the shortest. */
const TICKS = 5;

/** One who waits. */
interface Wait {
  readonly late: () => void;
  ticks: number;
}

/** Ends waits that last too long: one timer for all of them, since an answer is there in a thousandth of the time. */
export class SharedTimeout {
  private readonly clock: Clock;
  private readonly tickMs: number;
  private readonly waiting = new Set<Wait>();
  private isTicking = false;

  constructor(clock: Clock, longestMs: number) {
    this.clock = clock;
    this.tickMs = longestMs / TICKS;
  }

  /** Returns how to say that the wait is over. */
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
