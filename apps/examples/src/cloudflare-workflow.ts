import type { Agent, Decision } from '@majordomo/agent';
import { runJournaled } from '@majordomo/agent/durable';
import type { JsonValue } from '@majordomo/core';

/** Members of the `step` of Cloudflare's `WorkflowEntrypoint` that this example uses. */
export interface WorkflowStep {
  do(name: string, config: object, run: () => Promise<JsonValue>): Promise<JsonValue>;
  waitForEvent(
    name: string,
    options: { readonly type: string; readonly timeout: string },
  ): Promise<{ readonly payload: Decision }>;
}

/** Step options. Cloudflare must not retry, because the chain retries. The timeout exceeds the duration of any response. */
const ONCE = { retries: { limit: 0, delay: 0 }, timeout: '1 hour' };

/**
 * Runs an agent in the `run(event, step)` of a workflow: `inWorkflow(agent, event.instanceId, event.payload, step)`. A step
 * stores at most 1 MiB.
 */
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

/**
 * Returns the type for `instance.sendEvent({ type: decisionType(callId), payload: { callId, approve: true } })`. Types are short
 * and have no special characters.
 */
export const decisionType = (callId: string): string =>
  `decision-${callId.replaceAll(/[^\w-]/g, '_')}`.slice(0, 100);
