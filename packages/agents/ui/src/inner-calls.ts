import type { RunState } from '@majordomo/agent';
import { callsThatWait } from '@majordomo/agent/steps';
import type { ToolCallPart } from '@majordomo/core';

/** Returns the calls that wait inside sub-agents. Their ids are paths. The run's own transcript does not contain these calls. */
export const innerCalls = (state: RunState | undefined): readonly ToolCallPart[] =>
  state === undefined
    ? []
    : callsThatWait(state).filter(({ id }) => state.pending.every((call) => call.id !== id));
