/** A sample of something over time. */
export interface Sample {
  readonly seconds: number;
  readonly bytes: number;
}

/** Least squares: how much more per minute. `undefined` for fewer than three samples. */
export function slopePerMinute(samples: readonly Sample[]): number | undefined {
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
  return (over / under) * 60;
}
