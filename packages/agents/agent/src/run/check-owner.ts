import { checkRunAgent } from '../state/check-run-agent.ts';
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
