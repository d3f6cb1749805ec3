import { abortable } from '@majordomo/core/toolkit';
import type { Journal } from '../journal/journal.ts';

/**
 * Budget of an experiment over all of its runs. The journal contains what was booked, and the maximum of every call that is in flight or
 * was in flight when a process ended.
 */
export class Budget {
  private readonly journal: Journal;
  private readonly nanoUsd: bigint;
  private readonly signal: AbortSignal;
  /** Number of calls of this process that have no answer yet. */
  private running = 0;
  /** Reservations whose line is not written yet, in nano-USD. */
  private held = 0n;
  private waiting: (() => void)[] = [];

  constructor(journal: Journal, nanoUsd: bigint, signal: AbortSignal) {
    this.journal = journal;
    this.nanoUsd = nanoUsd;
    this.signal = signal;
  }

  /**
   * Reserves the maximum cost of a call and writes its start. Waits while calls in flight hold the rest of the budget. Returns `false`
   * if the budget does not cover the call.
   */
  async reserve(key: string, maxNanoUsd: bigint): Promise<boolean> {
    while (!this.covers(maxNanoUsd)) {
      if (this.running === 0) return false;
      await abortable(new Promise<void>((resolve) => this.waiting.push(resolve)), this.signal);
    }
    this.running += 1;
    this.held += maxNanoUsd;
    try {
      await this.journal.append({ type: 'start', key, maxNanoUsd: String(maxNanoUsd) });
    } finally {
      this.held -= maxNanoUsd;
    }
    return true;
  }

  /** Ends a call whose answer or failure is written. */
  release(): void {
    this.running -= 1;
    const waiting = this.waiting;
    this.waiting = [];
    for (const wake of waiting) wake();
  }

  /** Whether the rest of the budget covers an amount. */
  covers(maxNanoUsd: bigint): boolean {
    const { index } = this.journal;
    return index.spentNanoUsd + index.heldNanoUsd() + this.held + maxNanoUsd <= this.nanoUsd;
  }
}
