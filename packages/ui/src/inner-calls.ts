import type { RunState } from '@majordomo/agent';
import { callsThatWait } from '@majordomo/agent/steps';
import type { ToolCallPart } from '@majordomo/core';

type Suspended = NonNullable<RunState['suspended']>;

/** Returns the calls that wait inside sub-agents. Their ids are paths. No assistant message of the transcript contains them. */
export const innerCalls = (state: RunState | undefined): readonly ToolCallPart[] =>
  state === undefined
    ? []
    : callsThatWait(state).filter(({ id }) => state.pending.every((call) => call.id !== id));

/** Returns the suspended calls of a run and of its sub-agents, whose ids are paths. */
export const suspendedCalls = ({
  suspended = [],
  runs = {},
}: Pick<RunState, 'suspended' | 'runs'>): Suspended => [
  ...suspended,
  ...Object.entries(runs).flatMap(([id, run]) =>
    suspendedCalls(run).map((one) => ({ ...one, callId: `${id}/${one.callId}` })),
  ),
];
