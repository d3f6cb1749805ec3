/** Estimate of Redis's clock from its last reply. It is never ahead, and it is behind by at most the latency of this reply. */
export class RedisTime {
  private offset: number | undefined;

  /** @param now time that Redis returned */
  sync(now: number): void {
    this.offset = now - performance.now();
  }

  /** Returns Redis's time at a value of `performance.now()`, in milliseconds, or `undefined` before the first reply. */
  at(moment: number): number | undefined {
    return this.offset === undefined ? undefined : Math.floor(moment + this.offset);
  }
}
