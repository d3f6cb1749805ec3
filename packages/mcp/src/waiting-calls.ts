import type { RunState } from '@majordomo/agent';
import type { JsonValue } from '@majordomo/core';

/** Suspended call of a state. */
export interface WaitingCall {
  /** Id of the call, after the ids of the calls that started its sub-agents: `c1/p1`. */
  readonly path: string;
  readonly payload: JsonValue;
}

/** Returns the suspended calls of a state, including those of its sub-agents. */
export function waitingCalls({ suspended = [], runs = {} }: RunState, prefix = ''): readonly WaitingCall[] {
  return [
    ...suspended.map(({ callId, payload }) => ({ path: prefix + callId, payload })),
    ...Object.entries(runs).flatMap(([id, run]) => waitingCalls(run, `${prefix}${id}/`)),
  ];
}
