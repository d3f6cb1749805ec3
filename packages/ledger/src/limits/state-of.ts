import type { LimitState } from '../contract/limit.ts';
import type { CounterState } from '../contract/store.ts';
import type { Bound } from './bound.ts';

/** What a counter says of its limit. */
export function stateOf(
  bound: Bound,
  { counter, used, held, resetsAt }: CounterState,
  now: number,
  emptyAt: number | undefined,
): LimitState {
  return {
    limit: bound.limit,
    key: bound.keyOf(counter),
    used,
    held,
    left: bound.max - used - held,
    resetsAt: resetsAt ?? bound.periodAt(now)?.to,
    emptyAt,
  };
}
