import {
  answered,
  answerText,
  approvalsChecked,
  begin,
  decide,
  decided,
  handedOff,
  toolsRan,
  type Answer,
  type Decision,
  type Rules,
  type RunState,
  type ToolOutcome,
} from '@majordomo/agent/steps';
import type { ToolCallPart } from '@majordomo/core';

/** Functions with `'use step'`, each of which calls the method of the same name of `agent.effects({ runId, signal })`. */
export interface Steps {
  /** The application sets `callModel.maxRetries = 0`, because the chain of models retries. */
  callModel(state: RunState): Promise<Answer>;
  needsApproval(calls: readonly ToolCallPart[], state: RunState): Promise<readonly string[]>;
  runTool(call: ToolCallPart, state: RunState): Promise<ToolOutcome>;
}

/** Rules of the run that its state does not contain. */
export const RULES: Rules = {
  maxSteps: () => 20,
  mayNeedApproval: () => true,
  loop: {},
  closingTurn: false,
  parallel: true,
};

const MAX_HANDOFFS = 10;

/**
 * Runs an agent in a function with `'use workflow'`: `runBySteps(question, steps, (id) => hook.create({ token: runId + id }))`,
 * where `hook` is `defineHook<Decision>()`. This module imports only the pure steps, as workflow functions require.
 */
export async function runBySteps(
  question: string,
  steps: Steps,
  decisionOn: (callId: string) => PromiseLike<Decision>,
): Promise<{ readonly why: string; readonly text: string }> {
  let state = begin(question);
  for (;;) {
    const action = decide(state, RULES);
    if (action.type === 'stop') return { why: action.why, text: answerText(state.messages) };
    if (action.type === 'call-model') state = answered(state, await steps.callModel(state));
    else if (action.type === 'check-approval')
      state = approvalsChecked(state, action.calls, await steps.needsApproval(action.calls, state));
    else if (action.type === 'run-tools')
      state = toolsRan(state, await Promise.all(action.calls.map((call) => steps.runTool(call, state))));
    else if (action.type === 'hand-off') state = handedOff(state, action.call, action.to, MAX_HANDOFFS);
    else state = decided(state, await Promise.all(action.calls.map(({ id }) => decisionOn(id))));
  }
}
