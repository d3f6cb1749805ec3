import type { LimitState } from './contract/limit.ts';
import type { CounterState } from './contract/store.ts';
import type { LedgerContext } from './gate/context.ts';
import type { LimitCounters } from './limits/limit-counters.ts';
import { emptyAt } from './limits/burn-rate.ts';
import { samplesOf } from './limits/samples.ts';

/** Returns the states of all counters of these limits. */
export async function limitStates(
  { store, clock }: LedgerContext,
  limits: readonly LimitCounters[],
): Promise<readonly LimitState[]> {
  const now = clock.now();
  // Records do not contain the caller, so they cannot be assigned to the limits of callers.
  const shared = limits.filter(({ isOwn }) => !isOwn);
  const samples = await samplesOf(store, shared, now);
  const states = limits.map(async (limit) => {
    const counters = await store.counters(limit.prefix);
    return (counters.length > 0 ? counters : unusedCounters(limit)).map((counter) => {
      const state = limit.stateOf(counter, now);
      const unused = limit.max - state.used;
      return { ...state, emptyAt: emptyAt(samples.get(counter.counter) ?? [], unused, now) };
    });
  });
  return (await Promise.all(states)).flat();
}

/** Returns a counter with zero amounts for an unused limit without `each`, and no counter for an unused limit with `each`. */
function unusedCounters({ prefix, definition }: LimitCounters): readonly CounterState[] {
  return (definition.each ?? []).length > 0
    ? []
    : [{ counter: prefix, used: 0n, held: 0n, resetsAt: undefined }];
}
