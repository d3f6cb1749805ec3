import { checkValue, describeIssues, LlmError } from '@majordomo/core';
import { abortable, vendorKindOf } from '@majordomo/core/toolkit';
import { subAgentParts, type AgentParts } from './agent-parts.ts';
import {
  callsThatWait,
  runsOnPath,
  suspensionOf,
  unknownCalls,
  waitingRunOf,
  type LocatedCall,
} from '../state/call-paths.ts';
import { checkDecisions, invalidDecision, whyNotAccepted } from '../state/decision.ts';
import type { Decision, RunState } from '../state/state.ts';

/** Pending call with the parts of its agent. The parts are `undefined` if `createAgent` did not create the agent. */
interface CallOfAgent extends LocatedCall {
  readonly agent: AgentParts | undefined;
}

/**
 * Throws `invalid-request` for an invalid decision, a call that is not pending, two decisions on a call, an id of several calls, and
 * arguments that do not match the schema.
 */
export async function checkDecisionsFor(
  state: RunState,
  decisions: readonly Decision[],
  agent: AgentParts,
  signal: AbortSignal,
): Promise<void> {
  checkDecisions(decisions);
  for (const [at, decision] of decisions.entries()) {
    const { callId } = decision;
    const path = `decisions[${at}]`;
    const found = locate(state, callId, agent);
    if (decisions.slice(0, at).some((before) => before.callId === callId))
      throw invalidDecision(path, `call "${callId}" has another decision; pass one decision for each call`);
    if (found === undefined) throw invalidDecision(path, `no call "${callId}" is pending; see \`awaiting\``);
    if (callsThatWait(state).filter(({ id }) => id === callId).length > 1)
      throw invalidDecision(
        path,
        `several calls with the id "${callId}" wait; deny the call of the sub-agent`,
      );
    const suspended = suspensionOf(found.state, found.call);
    const isUnknown = suspended?.unknown === true;
    const why = whyNotAccepted(decision, { isSuspended: suspended !== undefined, isUnknown });
    if (why !== undefined) throw invalidDecision(path, why);
    checkNoUnknownInside(found, callId, path);
    if (!('approve' in decision)) continue;
    checkNoRunWaits(found, callId, path);
    if (decision.args !== undefined && vendorKindOf(found.call.name) === 'mcp-approval')
      throw invalidDecision(
        `${path}.args`,
        'the vendor makes this call with its arguments; omit args, or deny the call',
      );
    const tool = found.agent?.active(found.state).tools.find(found.call.name);
    if (decision.args === undefined || tool === undefined) continue;
    const checking = abortable(checkValue(tool.parameters, decision.args), signal);
    // After an abort, the arguments need no check, because the run ends before the call.
    const checked = await checking.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if (checked !== undefined && 'issues' in checked)
      throw new LlmError(
        'invalid-request',
        `${path}.args do not match the schema of ${tool.name}: ${describeIssues(checked.issues)}`,
        { path: `${path}.args`, issues: checked.issues },
      );
  }
}

/** Throws `invalid-request` for a call whose sub-agent has a call with an unknown result, which the decision would drop. */
function checkNoUnknownInside({ call, state }: LocatedCall, callId: string, path: string): void {
  const run = waitingRunOf(state, call.id);
  const [inside] = run === undefined ? [] : unknownCalls(run);
  if (inside !== undefined)
    throw invalidDecision(path, `the result of "${callId}/${inside.id}" is unknown; settle it first`);
}

/** Throws `invalid-request` for an approval of a call whose sub-agent waits. */
function checkNoRunWaits({ call, state }: LocatedCall, callId: string, path: string): void {
  const run = waitingRunOf(state, call.id);
  if (run === undefined) return;
  const inside = callsThatWait(run).map(({ id }) => `"${callId}/${id}"`);
  throw invalidDecision(
    path,
    `the sub-agent of "${callId}" waits; decide on ${inside.join(', ')}, or deny "${callId}"`,
  );
}

/** Returns the pending call with this path, and the agent that made it. `agent`: agent of `state`. */
export function locate(
  state: RunState,
  path: string,
  agent: AgentParts | undefined,
): CallOfAgent | undefined {
  const call = state.pending.find(({ id }) => id === path);
  if (call !== undefined) return { call, state, agent };
  for (const { id, run, rest } of runsOnPath(state, path)) {
    const found = locate(run, rest, subAgentParts(agent, state, { id }));
    if (found !== undefined) return found;
  }
  return undefined;
}
