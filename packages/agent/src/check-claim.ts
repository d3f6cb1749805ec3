import { LlmError } from '@majordomo/core';
import { checkOptions } from '@majordomo/core/toolkit';
import type { RunInput } from './initial-state.ts';
import type { AgentParts } from './options.ts';
import type { RunOptions } from './run-options.ts';
import type { RunState } from './state.ts';

/** Returns the id of the run. For a state with pending calls, returns the id in the state, so that their keys are the same in every process. */
export const runIdOf = (input: RunInput, state: RunState & { readonly runId: string }): string =>
  state.pending.length === 0 ? state.runId : ((input as RunState).runId ?? state.runId);

/**
 * Throws `config` if another process may have started a call with `effect: 'once'` and `claim` or the run id is missing. `state`:
 * state after the decisions.
 */
export function checkClaim(
  state: RunState,
  input: RunInput,
  { claim, runId }: RunOptions,
  { rules, started }: AgentParts,
): void {
  if (claim !== undefined) checkOptions('run', { claim }, { claim: 'object with claim' });
  const { pending, approvals, decisions, suspended = [], by } = state;
  const call = pending.find(
    (one) =>
      rules.isOnce(one) &&
      suspended.every(({ callId }) => callId !== one.id) &&
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
