import { LlmError } from '@majordomo/core';
import { subAgentParts, type AgentParts } from './agent-parts.ts';
import type { RunState } from '../state/state.ts';

/** Throws `config` if another agent began the run, or began the run of a sub-agent that waits in it. */
export function checkOwner(state: RunState, agent: AgentParts): void {
  checkRunAgent('state.agent', state.agent, agent);
  for (const [id, run] of Object.entries(state.runs ?? {})) {
    const inner = subAgentParts(agent, state, { id });
    if (inner !== undefined) checkOwner(run, inner);
  }
}

/** Throws `config` if a run belongs to another agent. `owner`: name of the agent that began the run; `undefined` if it has no name. */
export function checkRunAgent(
  subject: string,
  owner: string | undefined,
  { name }: { readonly name: string | undefined },
): void {
  if (owner === undefined || owner === name) return;
  const other = name === undefined ? 'an agent without a name' : `"${name}"`;
  throw new LlmError(
    'config',
    `${subject}: the run belongs to the agent "${owner}", not to ${other}; continue it with the agent that began it`,
    { path: 'state.agent' },
  );
}
