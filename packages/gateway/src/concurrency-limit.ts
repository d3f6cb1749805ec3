import { Refusal } from './errors/refusal.ts';

/** Limits the number of concurrent calls. */
export class ConcurrencyLimit {
  /** Maximum number of concurrent calls. `update` of the gateway can change it. */
  max: number;
  private count = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Counts a call as running until the returned function is called. Throws a `busy` refusal at the limit. */
  enter(): () => void {
    if (this.count >= this.max)
      throw new Refusal(
        'busy',
        `the gateway already serves its maximum of ${this.max} concurrent calls; retry later`,
        {
          retryAfterMs: 1000,
        },
      );
    this.count++;
    let isReleased = false;
    return () => {
      if (!isReleased) this.count--;
      isReleased = true;
    };
  }
}
