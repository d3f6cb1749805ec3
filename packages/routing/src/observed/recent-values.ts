/** How old a sighting is when it counts half. */
const HALF_LIFE_MS = 600_000;
const MAX_VALUES = 32;

/** The latest few of what was measured; the older, the less it counts. Two rings of numbers: there is one for each call. */
export class RecentValues {
  private readonly values: number[] = [];
  private readonly times: number[] = [];
  private next = 0;

  add(value: number, medianAt: number): void {
    this.values[this.next] = value;
    this.times[this.next] = medianAt;
    this.next = (this.next + 1) % MAX_VALUES;
  }

  /** The median, and how many fresh sightings it is worth; `undefined` before the first. */
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
