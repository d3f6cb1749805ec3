/**
 * What Redis's clock says, by what it said last. Its answers take a moment: the estimate is behind by no more than that, and
 * never ahead.
 */
export class RedisTime {
  private offset: number | undefined;

  /** @param now what Redis said a moment ago */
  said(now: number): void {
    this.offset = now - performance.now();
  }

  /** At that moment of `performance.now()`, in ms; `undefined` before Redis has said anything. */
  at(moment: number): number | undefined {
    return this.offset === undefined ? undefined : Math.floor(moment + this.offset);
  }
}
