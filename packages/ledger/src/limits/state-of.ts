import type { LimitState } from '../contract/limit.ts';
import type { CounterState } from '../contract/store.ts';
import type { LimitCounters } from './limit-counters.ts';

/** Returns the state of one counter. */
export function stateOf(
  limit: LimitCounters,
  { counter, used, held, resetsAt }: CounterState,
  now: number,
  emptyAt: number | undefined,
): LimitState {
  return {
    limit: limit.definition,
    key: limit.keyOf(counter),
    used,
    held,
    left: limit.max - used - held,
    resetsAt: resetsAt ?? limit.periodAt(now)?.to,
    emptyAt,
  };
}
