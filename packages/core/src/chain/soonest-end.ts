import { END_OF_TIME, type Bench } from '../health/tracker.ts';
import type { Standing, StandingDeps } from './standing.ts';

/** The bench that ends first. */
export interface SoonestEnd extends Bench {
  readonly key: string;
}

/** The target that comes back first of those that are benched; `undefined` when none is. */
export function soonestEnd(standings: readonly Standing[]): SoonestEnd | undefined {
  let soonest: SoonestEnd | undefined;
  for (const standing of standings) {
    const bench = standing.bench();
    if (bench === undefined || (soonest !== undefined && soonest.comesBack <= bench.comesBack)) continue;
    soonest = { ...bench, key: standing.target };
  }
  return soonest;
}

/** A bench without an end is an operator's order, and not a guess at when a target is well again. */
export const mayAskEarly = (bench: SoonestEnd | undefined): bench is SoonestEnd =>
  bench !== undefined && bench.comesBack < END_OF_TIME;

/** Waits for the first end of a bench, or for any news of these targets: a probe may be over long before its claim. */
export async function untilChange(
  standings: readonly Standing[],
  { health, clock }: StandingDeps,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const waiting = new AbortController();
  const stop = (): void => {
    waiting.abort();
  };
  const targets = new Set(standings.map(({ target }) => target));
  const forget = [
    health.onChange((changed) => {
      if (targets.has(changed) || changed.endsWith('/')) stop();
    }),
    health.credentials().onChange(stop),
  ];
  signal.addEventListener('abort', stop, { once: true });
  const until = Math.min(...standings.map((standing) => standing.bench()?.until ?? Infinity));
  try {
    await clock.sleep(Math.max(1, until - clock.now()), waiting.signal);
  } catch {
    // Woken early; an abort of the call is thrown below.
  } finally {
    for (const stopListening of forget) stopListening();
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
}
