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

/** The chain retries by itself: an activity is tried once. */
const activities = proxyActivities({ startToCloseTimeout: '10 minutes', retry: { maximumAttempts: 1 } });
const rules = {
  maxSteps: () => 10,
  mayNeedApproval: ({ name }) => name === 'pay',
  loop: {},
  closingTurn: false,
  parallel: true,
};

/** An agent's run: the model and the tools are activities, what a person decides comes as a signal. */
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
