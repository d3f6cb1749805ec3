import type { Clock } from '../types/call-options.ts';

/** Maximum delay of a timer, in milliseconds. A longer delay overflows the platform's timer, which then fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Clock of the platform. */
export const systemClock: Clock = {
  now: () => Date.now(),
  timer(ms, run, { isBackground = false } = {}) {
    const timer = setTimeout(run, Math.min(ms, MAX_TIMER_MS));
    if (isBackground) unref(timer);
    return () => {
      clearTimeout(timer);
    };
  },
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        cancel();
        reject(signal.reason as Error);
      };
      const cancel = systemClock.timer(ms, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  },
};

/**
 * Lets the process end before the timer fires. A timer is an object in Node, Bun and Deno. Elsewhere it is a number and does
 * not keep a process alive.
 */
function unref(timer: number | { unref?(): unknown }): void {
  if (typeof timer === 'object') timer.unref?.();
}

/** Number of characters of a label such as `2026-11-20T23` up to the end of each unit. */
const UNITS = { month: 7, day: 10, hour: 13 } as const;

/** Returns a function that returns the month, day and hour in a time zone, or `undefined` if `by` names none of them. */
export function timesIn(
  by: readonly string[],
  zone: string,
): ((at: number) => Readonly<Record<string, string>>) | undefined {
  const units = Object.entries(UNITS).filter(([unit]) => by.includes(unit));
  if (units.length === 0) return undefined;
  // The Swedish format resembles ISO 8601, for example `2026-11-20 23`.
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
  });
  return (at) => {
    const label = format.format(at).replace(' ', 'T');
    return Object.fromEntries(units.map(([unit, length]) => [unit, label.slice(0, length)]));
  };
}

/** Duration in milliseconds below which each millisecond is a separate step. */
const EXACT_MS = 64;
/** Ratio of consecutive steps above `EXACT_MS`. The middle of a step differs from its durations by less than 4 %. */
const RATIO = 1.06;

/** Number of durations by step. */
export type Histogram = Map<number, number>;

/** Returns the histogram step that contains a duration in milliseconds. */
export function stepOf(ms: number): number {
  const whole = Math.max(0, Math.round(ms));
  return whole < EXACT_MS ? whole : EXACT_MS + Math.round(Math.log(whole / EXACT_MS) / Math.log(RATIO));
}

/** Returns the duration in the middle of a step, in milliseconds. */
function msOf(step: number): number {
  return step < EXACT_MS ? step : Math.round(EXACT_MS * RATIO ** (step - EXACT_MS));
}

/** Adds to the count of a step. */
export function addStep(histogram: Histogram, step: number, count: number = 1): void {
  histogram.set(step, (histogram.get(step) ?? 0) + count);
}

/** Returns a quantile in milliseconds by the nearest rank; `undefined` if the histogram is empty. `share` is from 0 to 1. */
export function quantile(histogram: Histogram, share: number): number | undefined {
  const steps = [...histogram].sort(([a], [b]) => a - b);
  const rank = Math.ceil(steps.reduce((sum, [, count]) => sum + count, 0) * share);
  let counted = 0;
  for (const [step, count] of steps) {
    counted += count;
    if (counted >= rank) return msOf(step);
  }
  return undefined;
}
