/** Value at a point in time. */
export interface Sample {
  readonly seconds: number;
  /** Number of calls that have begun so far. */
  readonly calls: number;
  readonly bytes: number;
}

/** Straight line through samples. */
export interface Slope {
  readonly perMinute: number;
  /** Standard error of `perMinute`. */
  readonly error: number;
}

/** Fits a line by least squares. Returns `undefined` for fewer than three samples. */
export function slopeOf(samples: readonly Sample[]): Slope | undefined {
  if (samples.length < 3) return undefined;
  const count = samples.length;
  const meanX = samples.reduce((sum, { seconds }) => sum + seconds, 0) / count;
  const meanY = samples.reduce((sum, { bytes }) => sum + bytes, 0) / count;
  let over = 0;
  let under = 0;
  for (const { seconds, bytes } of samples) {
    over += (seconds - meanX) * (bytes - meanY);
    under += (seconds - meanX) ** 2;
  }
  const slope = over / under;
  let missed = 0;
  for (const { seconds, bytes } of samples) missed += (bytes - meanY - slope * (seconds - meanX)) ** 2;
  return { perMinute: slope * 60, error: Math.sqrt(missed / (count - 2) / under) * 60 };
}
