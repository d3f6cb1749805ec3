import type { LimitState } from './contract/limit.ts';
import type { CounterState } from './contract/store.ts';
import type { LedgerContext } from './gate/context.ts';
import type { Bound } from './limits/bound.ts';
import { emptyAt } from './limits/burn.ts';
import { samplesOf } from './limits/samples.ts';
import { stateOf } from './limits/state-of.ts';

/** Where these limits stand, counter by counter. */
export async function statesOf(
  { store, clock }: LedgerContext,
  bounds: readonly Bound[],
): Promise<readonly LimitState[]> {
  const now = clock.now();
  const samples = await samplesOf(store, bounds, now);
  const states = bounds.map(async (bound) => {
    const counters = await store.counters(bound.prefix);
    return (counters.length > 0 ? counters : unusedOf(bound)).map((counter) => {
      const state = stateOf(bound, counter, now, undefined);
      const left = bound.max > state.used ? bound.max - state.used : 0n;
      return { ...state, emptyAt: emptyAt(samples.get(counter.counter) ?? [], left, now) };
    });
  });
  return (await Promise.all(states)).flat();
}

/** A limit for all stands somewhere also before its first call. */
function unusedOf({ prefix, limit }: Bound): readonly CounterState[] {
  return (limit.each ?? []).length > 0 ? [] : [{ counter: prefix, used: 0n, held: 0n, resetsAt: undefined }];
}
