import type { Agent, Decision } from '@majordomo/agent';
import { runJournaled } from '@majordomo/agent/durable';
import type { JsonValue } from '@majordomo/core';

/** What is used of the `step` of Cloudflare's `WorkflowEntrypoint`. */
export interface WorkflowStep {
  do(name: string, config: object, run: () => Promise<JsonValue>): Promise<JsonValue>;
  waitForEvent(
    name: string,
    options: { readonly type: string; readonly timeout: string },
  ): Promise<{ readonly payload: Decision }>;
}

/** The chain retries by itself: a step that failed has failed. Longer than any answer may take. */
const ONCE = { retries: { limit: 0, delay: 0 }, timeout: '1 hour' };

/** What `run(event, step)` of a workflow does: `inWorkflow(agent, event.instanceId, event.payload, step)`. A step holds 1 MiB. */
export function inWorkflow(
  agent: Agent,
  runId: string,
  input: JsonValue,
  step: WorkflowStep,
): Promise<JsonValue> {
  return runJournaled(agent, input, {
    runId,
    signal: new AbortController().signal,
    step: (name, run) => step.do(name, ONCE, run),
    async decision({ id }, name) {
      const type = decisionType(id);
      return (await step.waitForEvent(name, { type, timeout: '30 days' })).payload;
    },
    toEngineError: ({ kind, message }) => Object.assign(new Error(message), { name: kind }),
  });
}

/** For `instance.sendEvent({ type: decisionType(callId), payload: { callId, approve: true } })`; types are plain and short. */
export const decisionType = (callId: string): string =>
  `decision-${callId.replaceAll(/[^\w-]/g, '_')}`.slice(0, 100);
