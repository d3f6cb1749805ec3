const STEPS = [1, 2, 5];

/** Returns round values for an axis from 0 to `end`: 0 and at most `most` further values. */
export function marks(end: number, most: number): readonly number[] {
  const rough = Math.max(1, end) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, (STEPS.find((each) => each * power >= rough) ?? 10) * power);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => at * step);
}

/** Returns the smallest number of the series 1, 2, 5, 10, 20, 50 … that is at least `value`. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return ([...STEPS, 10].find((each) => each * power >= value) ?? 10) * power;
}
