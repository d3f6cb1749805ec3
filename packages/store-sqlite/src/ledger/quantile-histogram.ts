/** Duration in milliseconds below which durations are counted exactly. */
const EXACT_MS = 64;
/** Ratio of consecutive steps above `EXACT_MS`. The middle of a step differs from its durations by less than 4 %. */
const RATIO = 1.06;
/** Number of bytes of an encoded pair: two for the step, four for its count. */
const PAIR_BYTES = 6;

/** Number of durations by step. */
export type Histogram = Map<number, number>;

/** Returns the step of a duration in milliseconds. */
export function stepOf(ms: number): number {
  const whole = Math.max(0, Math.round(ms));
  return whole < EXACT_MS ? whole : EXACT_MS + Math.round(Math.log(whole / EXACT_MS) / Math.log(RATIO));
}

/** Returns the duration of a step in milliseconds. */
function msOf(step: number): number {
  return step < EXACT_MS ? step : Math.round(EXACT_MS * RATIO ** (step - EXACT_MS));
}

/** Adds the counts of an encoded histogram. */
export function addBytes(histogram: Histogram, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; at += PAIR_BYTES)
    addStep(histogram, view.getUint16(at), view.getUint32(at + 2));
}

/** Adds to the count of a step. */
export function addStep(histogram: Histogram, step: number, count: number = 1): void {
  histogram.set(step, (histogram.get(step) ?? 0) + count);
}

/** Returns the histogram with the count of one step increased, as bytes. */
export function withStep(bytes: Uint8Array | undefined, step: number): Uint8Array {
  const old = bytes ?? new Uint8Array();
  const view = new DataView(old.buffer, old.byteOffset, old.byteLength);
  for (let at = 0; at < old.byteLength; at += PAIR_BYTES) {
    if (view.getUint16(at) !== step) continue;
    const same = old.slice();
    new DataView(same.buffer).setUint32(at + 2, view.getUint32(at + 2) + 1);
    return same;
  }
  const longer = new Uint8Array(old.byteLength + PAIR_BYTES);
  longer.set(old);
  const end = new DataView(longer.buffer);
  end.setUint16(old.byteLength, step);
  end.setUint32(old.byteLength + 2, 1);
  return longer;
}

/** Returns a quantile in milliseconds by the nearest rank; 0 if the histogram is empty. `share`: from 0 to 1. */
export function quantile(histogram: Histogram, share: number): number {
  const steps = [...histogram].sort(([a], [b]) => a - b);
  const rank = Math.ceil(steps.reduce((sum, [, count]) => sum + count, 0) * share);
  let seen = 0;
  for (const [step, count] of steps) {
    seen += count;
    if (seen >= rank) return msOf(step);
  }
  return 0;
}
