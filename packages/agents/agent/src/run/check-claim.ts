import { LlmError, type ToolCallPart } from '@majordomo/core';
import type { RunInput } from '../state/initial-state.ts';
import { partsOf, subAgentParts, type AgentParts } from './agent-parts.ts';
import { waitingRunOf } from '../state/call-paths.ts';
import { checkRecords, missingClaim } from '../state/claims.ts';
import type { Effects } from '../loop/loop.ts';
import type { RunOptions } from './run-options.ts';
import { entryOf, type RunState } from '../state/state.ts';
import { subAgentOf } from '../tools/sub-agent-tool.ts';

/**
 * Returns the id of the run. If calls are pending, the input is a state, and its id is that of the run, so that the keys of these
 * calls never change. `state`: initial state, with the id of the options if they contain one.
 */
export const runIdOf = (input: RunInput, state: RunState & { readonly runId: string }): string =>
  state.pending.length === 0 ? state.runId : ((input as RunState).runId ?? state.runId);

/**
 * Throws `config` if `records` or the run id is missing, and another process may have started a call with `effect: 'once'`.
 * `state`: state after the decisions. Each denied call is approved in it, because another process may have started the call.
 */
export function checkClaim(state: RunState, input: RunInput, options: RunOptions, agent: AgentParts): void {
  const { records, runId } = options;
  const { rules, started } = agent;
  if (records !== undefined) checkRecords('run', records);
  const { pending, approvals, decisions, suspended = [], runs = {}, by: ownerId } = state;
  for (const [id, run] of Object.entries(runs)) {
    const inner = subAgentParts(agent, state, { id });
    if (inner !== undefined) checkClaim(run, run, options, inner);
  }
  const mayStart = ({ id }: ToolCallPart): boolean => {
    const hasStarted = suspended.some(({ callId }) => callId === id) || waitingRunOf(state, id) !== undefined;
    const isDecided = decisions.some(({ callId }) => callId === id);
    const waitsForApproval = entryOf(approvals, id) === true && !isDecided;
    return !hasStarted && !waitsForApproval;
  };
  const call = pending.find((one) => rules.isOnce(one, state) && mayStart(one));
  // This agent received the calls, so it knows which of them it has started.
  if (call === undefined || started.isOwnId(ownerId)) return;
  if (records === undefined) throw missingClaim(call.name);
  // The id in a state from JSON may be `null`.
  if (runId === undefined && ((input as RunState).runId ?? undefined) === undefined)
    throw new LlmError(
      'config',
      `runId: the state has no run id, which the claim of "${call.name}" requires; pass the \`runId\` that all processes use for this run`,
      { path: 'runId' },
    );
}

/**
 * Throws `config` if a run of a driver could call a tool with `effect: 'once'`, although its effects claim no calls. A driver may
 * repeat a step in another process, which calls the tool again.
 */
export function checkDriverClaim(state: RunState, effects: Pick<Effects, 'claim'>, agent: AgentParts): void {
  if (effects.claim !== undefined) return;
  const name = onceToolOf(agent.active(state));
  if (name !== undefined) throw missingClaim(name);
}

/** Returns the name of a tool with `effect: 'once'` of the agent, of its sub-agents, or of an agent to which it can hand off. */
export function onceToolOf(agent: AgentParts, visited: Set<AgentParts> = new Set()): string | undefined {
  if (visited.has(agent)) return undefined;
  visited.add(agent);
  agent.handoffs.load();
  const others = agent.handoffs.targets.map(({ parts }) => parts);
  for (const tool of agent.tools.list()) {
    if (tool.effect === 'once') return tool.name;
    const inner = partsOf(subAgentOf(tool));
    if (inner !== undefined) others.push(inner);
  }
  for (const other of others) {
    const name = onceToolOf(other, visited);
    if (name !== undefined) return name;
  }
  return undefined;
}
