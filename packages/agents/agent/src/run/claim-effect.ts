import type { ToolCallPart } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import type { Effects } from '../loop/loop.ts';
import { claimCall } from '../state/claims.ts';
import { startKey } from '../state/names.ts';
import { entryOf, type RunState } from '../state/state.ts';
import type { AgentParts } from './agent-parts.ts';
import type { EffectsIo, LocalRun } from './local-run.ts';
import { withinStepLimits } from './within-step-limits.ts';

/**
 * Records the start of a call with `effect: 'once'`, and returns whether it may start. A call that no one has claimed belongs to the
 * `Agent` object that received it, `state.by`.
 */
export const mayStart = (
  call: ToolCallPart,
  state: RunState,
  { agent, io: { runId } }: Pick<LocalRun, 'agent' | 'io'>,
): boolean =>
  agent.started.mayBegin(startKey(runId, state, call), entryOf(state.claims, call.id) ?? state.by);

const ANOTHER_PROCESS = 'another process';

/** Returns the effect that claims calls in the store. If no store is set, the agent itself is the owner of every call. */
export function claimEffect(
  agent: AgentParts,
  io: EffectsIo,
  records: RecordStore | undefined,
): NonNullable<Effects['claim']> {
  if (records === undefined) return () => Promise.resolve(agent.started.ownerId());
  return async (call, state) => {
    const key = startKey(io.runId, state, call);
    const isFirst = await withinStepLimits(state, { agent, io }, (scope) =>
      scope.race(() => claimCall(records, key)),
    );
    return isFirst ? agent.started.ownerId() : ANOTHER_PROCESS;
  };
}
