import type { HealthTracker } from '../health/tracker.ts';
import type { ChainDeps, Target } from './call.ts';

/** The target that comes back first of those that are benched; `undefined` when none is. */
export function soonestEnd(
  targets: readonly Target[],
  health: HealthTracker,
): { readonly key: string; readonly until: number } | undefined {
  let soonest: { key: string; until: number } | undefined;
  for (const { key } of targets) {
    const blocked = health.blocked(key);
    if (blocked !== undefined && (soonest === undefined || blocked.until < soonest.until)) {
      soonest = { key, until: blocked.until };
    }
  }
  return soonest;
}

/** Waits for the soonest end of a bench, or for any news of these targets: a probe may be over long before its claim. */
export async function untilChange(
  targets: readonly Target[],
  until: number,
  { health, clock }: Pick<ChainDeps, 'health' | 'clock'>,
  signal: AbortSignal,
): Promise<void> {
  const waiting = new AbortController();
  const stop = (): void => {
    waiting.abort();
  };
  const forget = health.onChange((changed) => {
    if (targets.some(({ key }) => key === changed)) stop();
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    await clock.sleep(Math.max(1, until - clock.now()), waiting.signal);
  } catch {
    // Woken early; an abort of the call is thrown below.
  } finally {
    forget();
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
}
