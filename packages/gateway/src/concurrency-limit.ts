import { Refusal } from './errors/refusal.ts';

/** Counts the calls that are running. */
export class ConcurrencyLimit {
  private readonly max: number;
  private count = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Counts one more call and returns how to release it, which counts once. Throws a `busy` refusal at the limit. */
  enter(): () => void {
    if (this.count >= this.max)
      throw new Refusal('busy', `the gateway serves ${this.max} calls at a time, and all are taken`, {
        retryAfterMs: 1000,
      });
    this.count++;
    let isReleased = false;
    return () => {
      if (!isReleased) this.count--;
      isReleased = true;
    };
  }
}
