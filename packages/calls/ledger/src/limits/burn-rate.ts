/** Amount that was used at a time, in the limit's unit. */
export interface Sample {
  /** Time in epoch milliseconds. */
  readonly at: number;
  readonly amount: bigint;
}

/** Time whose samples determine a rate, in milliseconds. */
export const WINDOW_MS = 86_400_000;
/** Minimum number of samples for a rate, so that a single expensive call does not determine it. */
const MIN_SAMPLES = 5;
/** Minimum age of the first sample for a rate, in milliseconds. */
const MIN_AGE_MS = 3_600_000;
/** Maximum age of the newest sample, in milliseconds, at which a further amount is added to it. Later, a new sample starts. */
const MERGE_MS = 300_000;

/**
 * Returns the time at which `left` is used up, in epoch milliseconds, at the rate of the last 24 hours or since the first sample,
 * whichever is shorter. Returns `undefined` if there is less than an hour of data, or if there are fewer than five samples.
 */
export function emptyAt(
  samples: readonly (Sample & { readonly count?: number })[],
  left: bigint,
  now: number,
): number | undefined {
  const recent = samples.filter(({ at }) => at > now - WINDOW_MS);
  const [first] = recent;
  const count = recent.reduce((sum, sample) => sum + (sample.count ?? 1), 0);
  const spent = recent.reduce((sum, { amount }) => sum + amount, 0n);
  const age = first === undefined ? 0 : now - first.at;
  if (count < MIN_SAMPLES || age < MIN_AGE_MS || spent <= 0n) return undefined;
  return Math.round(now + (Math.max(0, Number(left)) / Number(spent)) * age);
}

/** Rate at which the used amount of a counter grows. Includes amounts that other processes booked. */
export class BurnRate {
  private samples: { at: number; amount: bigint; count: number }[] = [];
  private last: bigint | undefined;

  /**
   * Adds a sample.
   *
   * @param used current amount of the counter
   * @param own amount that this process has just booked
   */
  addSample(used: bigint, own: bigint, now: number): void {
    const { last } = this;
    const isNewPeriod = last !== undefined && used < last;
    if (isNewPeriod) this.samples = [];
    // The growth since the last sample includes the amounts of other processes. The first sample contains only its own amount.
    let amount = own;
    if (last !== undefined) amount = isNewPeriod ? used : used - last;
    this.last = used;
    const newest = this.samples.at(-1);
    // Merging limits the memory for the samples of a day. A few samples need no limit, and each keeps its own time.
    const hasMany = this.samples.length > MIN_SAMPLES;
    if (newest !== undefined && hasMany && now - newest.at < MERGE_MS) {
      newest.amount += amount;
      newest.count++;
      return;
    }
    this.samples.push({ at: now, amount, count: 1 });
    const first = this.samples.findIndex(({ at }) => at > now - WINDOW_MS);
    if (first > 0) this.samples.splice(0, first);
  }

  emptyAt(left: bigint, now: number): number | undefined {
    return emptyAt(this.samples, left, now);
  }
}
