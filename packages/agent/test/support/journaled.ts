import type { Agent, Effects, RunState } from '../../src/index.ts';
import { approvalName, askName, claimName, decideName, steerName, toolName } from '../../src/steps.ts';

/** Whatever keeps what a step gave: a workflow engine, a table, a file. */
export interface Steps {
  step<T>(name: string, effect: () => Promise<T>): Promise<T>;
}

/** The adapter to a durable engine: every effect is a step of it. */
export function journaled(
  { step }: Steps,
  runId: string,
  agent: Agent,
  local: ReturnType<Agent['effects']>,
  decisions: Effects['decisions'] = () => Promise.resolve([]),
): Effects {
  const { steer } = local;
  return {
    ask: (state, turn) => step(askName(state), () => local.ask(state, turn)),
    needsApproval: (calls, state) =>
      step(approvalName(state, calls), () => local.needsApproval(calls, state)),
    runTool: (call, state) => step(toolName(runId, state, call), () => local.runTool(call, state)),
    decisions: (calls, state) => step(decideName(state), () => decisions(calls, state)),
    claim: (call, state) => step(claimName(runId, state, call), async () => agent.claim()),
    steer: steer && ((state: RunState) => step(steerName(state), () => steer(state))),
  };
}
