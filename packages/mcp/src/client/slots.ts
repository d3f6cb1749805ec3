import { abortable } from '@majordomo/core/toolkit';

/** Limit of concurrent work. Work above the limit waits, first come, first served. */
export class Slots {
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(count: number) {
    this.free = Math.floor(count);
  }

  /** Runs the work when a slot is free. Rejects with the signal's reason if the signal aborts before. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await this.turn(signal);
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  private async turn(signal: AbortSignal): Promise<void> {
    let start: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => {
      start = resolve;
    });
    this.waiting.push(start);
    try {
      await abortable(turn, signal);
    } catch (error) {
      const at = this.waiting.indexOf(start);
      if (at === -1) this.release();
      else this.waiting.splice(at, 1);
      throw error;
    }
  }

  /** Passes the slot to the work that has waited longest. */
  private release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}
