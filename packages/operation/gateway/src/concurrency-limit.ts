import { Refusal } from './errors/refusal.ts';

/** Counter of running calls, which refuses calls above a limit. */
export class ConcurrencyLimit {
  /** Maximum number of concurrent calls. `update` of the gateway can change it. */
  max: number;
  private count = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Starts a call, which ends when the returned function is called. Throws a `busy` refusal if `max` calls are running. */
  enter(): () => void {
    if (this.count >= this.max)
      throw new Refusal(
        'busy',
        `the gateway already serves its maximum of ${this.max} concurrent calls; retry later`,
      );
    this.count++;
    let isReleased = false;
    return () => {
      if (!isReleased) this.count--;
      isReleased = true;
    };
  }
}
