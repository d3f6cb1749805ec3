/**
 * Estimate of Redis's clock by its last reply. It is behind by the duration of a reply at most, and never
 * ahead.
 */
export class RedisTime {
  private offset: number | undefined;

  /** @param now time that Redis has just returned */
  said(now: number): void {
    this.offset = now - performance.now();
  }

  /**
   * Returns Redis's time at a value of `performance.now()`, in milliseconds; `undefined` before the first
   * reply.
   */
  at(moment: number): number | undefined {
    return this.offset === undefined ? undefined : Math.floor(moment + this.offset);
  }
}
