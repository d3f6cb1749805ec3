/** Age at which the weight of a value is halved, in milliseconds. */
const HALF_LIFE_MS = 600_000;
const MAX_VALUES = 32;

/** Last 32 measurements, weighted by age. */
export class RecentValues {
  private readonly values: number[] = [];
  private readonly times: number[] = [];
  /** Position of the next value, which replaces the oldest one when all positions are used. */
  private next = 0;

  add(value: number, measuredAt: number): void {
    this.values[this.next] = value;
    this.times[this.next] = measuredAt;
    this.next = (this.next + 1) % MAX_VALUES;
  }

  /** Returns the weighted median and the sum of weights; `undefined` without measurements. A new value has weight 1. */
  at(now: number): { readonly median: number; readonly weight: number } | undefined {
    const weighed = this.values
      .map((value, at) => ({ value, weight: weightOf(now - (this.times[at] ?? now)) }))
      .sort((a, b) => a.value - b.value);
    const weight = weighed.reduce((sum, each) => sum + each.weight, 0);
    let below = 0;
    const middle = weighed.find((each) => (below += each.weight) >= weight / 2);
    return middle && { median: middle.value, weight };
  }
}

const weightOf = (ageMs: number): number => 2 ** (-Math.max(0, ageMs) / HALF_LIFE_MS);
