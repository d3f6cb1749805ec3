import { LlmError } from '@majordomo/core';
import { checkOptions } from '@majordomo/core/toolkit';
import type { RunInput } from './initial-state.ts';
import { subAgentParts, type AgentParts } from './agent-parts.ts';
import { waitingRunOf } from './call-paths.ts';
import type { RunOptions } from './run-options.ts';
import type { RunState } from './state.ts';

/** Returns the id of the run. If calls are pending, this id is the state's id, so that the keys of these calls never change. */
export const runIdOf = (input: RunInput, state: RunState & { readonly runId: string }): string =>
  state.pending.length === 0 ? state.runId : ((input as RunState).runId ?? state.runId);

/**
 * Throws `config` if `claim` or the run id is missing, and another process may have started a call with `effect: 'once'`.
 * `state`: state to which the decisions have been applied.
 */
export function checkClaim(state: RunState, input: RunInput, options: RunOptions, agent: AgentParts): void {
  const { claim, runId } = options;
  const { rules, started } = agent;
  if (claim !== undefined) checkOptions('run', { claim }, { claim: 'object with claim' });
  const { pending, approvals, decisions, suspended = [], runs = {}, by } = state;
  for (const [id, run] of Object.entries(runs)) {
    const inner = subAgentParts(agent, state, { id });
    if (inner !== undefined) checkClaim(run, run, options, inner);
  }
  const call = pending.find(
    (one) =>
      rules.isOnce(one, state) &&
      suspended.every(({ callId }) => callId !== one.id) &&
      waitingRunOf(state, one.id) === undefined &&
      (approvals?.[one.id] !== true || decisions.some(({ callId }) => callId === one.id)),
  );
  if (call === undefined || started.isMine(by)) return;
  if (claim === undefined)
    throw new LlmError(
      'config',
      `claim: "${call.name}" has effect 'once', and another process or agent may have started this call; pass \`claim\`, a store that all processes share`,
      { path: 'claim' },
    );
  if (runId === undefined && ((input as RunState).runId ?? undefined) === undefined)
    throw new LlmError(
      'config',
      `runId: the state has no run id, which the claim of "${call.name}" requires; pass the \`runId\` that all processes use for this run`,
      { path: 'runId' },
    );
}
