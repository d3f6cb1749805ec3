import type { RecordStore } from '@majordomo/records';
import { decided, unknownResult } from '../loop/advance.ts';
import { callsThatWait, pathOf, suspensionOf, waitingRunOf } from '../state/call-paths.ts';
import { toolKey } from '../state/names.ts';
import { RunError } from '../state/run-error.ts';
import type { Decision, RunState } from '../state/state.ts';
import type { AgentParts } from './agent-parts.ts';
import { locate } from './check-decisions.ts';
import { claimEffect, mayStart } from './claim-effect.ts';
import type { EffectsIo } from './local-run.ts';

interface DecidedRun {
  readonly agent: AgentParts;
  readonly io: EffectsIo;
  readonly records: RecordStore | undefined;
}

/**
 * Returns the state with the decisions. A call with `effect: 'once'` is claimed before it is denied, so that it cannot start later.
 * If it has started before, the denial has no effect, and the result of the call is unknown.
 */
export async function withDecisions(
  state: RunState,
  decisions: readonly Decision[],
  run: DecidedRun,
): Promise<RunState> {
  try {
    let next = state;
    for (const decision of decisions) {
      const started = await startedBefore(next, decision, run);
      next = started.reduce((before, { path, key }) => unknownResult(before, path, key), next);
      if (started.length === 0) next = decided(next, [decision]);
    }
    return next;
  } catch (error) {
    throw new RunError(state, error);
  }
}

/** Claims the calls that a decision ends without running them, and returns those that have started before. */
async function startedBefore(
  state: RunState,
  decision: Decision,
  { agent, io, records }: DecidedRun,
): Promise<readonly { readonly path: string; readonly key: string }[]> {
  const { callId } = decision;
  const decidedCall = locate(state, callId, agent);
  const inner = decidedCall && waitingRunOf(decidedCall.state, decidedCall.call.id);
  // A denial ends the call. Any decision on the call of a waiting sub-agent ends the calls that wait inside.
  if (!('deny' in decision) && inner === undefined) return [];
  const started = [];
  for (const path of inner ? callsThatWait(inner).map(({ id }) => pathOf(callId, id)) : [callId]) {
    const found = locate(state, path, agent);
    if (found?.agent === undefined || suspensionOf(found.state, found.call) !== undefined) continue;
    if (!found.agent.rules.isOnce(found.call, found.state)) continue;
    const { call, state: callState } = found;
    const callRun = { agent: found.agent, io: { ...io, runId: callState.runId ?? io.runId } };
    const ownerId = await claimEffect(found.agent, callRun.io, records)(call, callState);
    if (!mayStart(call, { ...callState, claims: { [call.id]: ownerId } }, callRun))
      started.push({ path, key: toolKey(callRun.io.runId, callState, call) });
  }
  return started;
}
