import { condition, defineSignal, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import {
  answered,
  answerText,
  approvalsChecked,
  begin,
  decide,
  decided,
  toolName,
  toolsRan,
} from '@majordomo/agent/steps';

/** Each activity has only one attempt, because the chain retries. */
const activities = proxyActivities({ startToCloseTimeout: '10 minutes', retry: { maximumAttempts: 1 } });
const rules = {
  maxSteps: () => 10,
  mayNeedApproval: ({ name }) => name === 'pay',
  loop: {},
  closingTurn: false,
  parallel: true,
};

/** Runs an agent as a workflow. Model calls and tools are activities, and a person's decision is a signal. */
export async function agentRun(question) {
  const { workflowId } = workflowInfo();
  const decisions = new Map();
  setHandler(defineSignal('decide'), (decision) => void decisions.set(decision.callId, decision));
  let state = begin(question);
  for (;;) {
    const action = decide(state, rules);
    switch (action.type) {
      case 'call-model':
        state = answered(state, await activities.ask(state));
        break;
      case 'check-approval':
        state = approvalsChecked(
          state,
          action.calls,
          action.calls.map(({ id }) => id),
        );
        break;
      case 'run-tools': {
        const running = action.calls.map((call) =>
          activities.runTool(call, toolName(workflowId, state, call)),
        );
        state = toolsRan(state, await Promise.all(running));
        break;
      }
      case 'await-decisions':
        await condition(() => action.calls.some(({ id }) => decisions.has(id)));
        state = decided(
          state,
          action.calls.flatMap(({ id }) => decisions.get(id) ?? []),
        );
        break;
      default:
        return { why: action.why, text: answerText(state.messages) };
    }
  }
}
