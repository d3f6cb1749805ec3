import type { Agent } from '@majordomo/agent';
import {
  assistant,
  createMajordomo,
  sumUsage,
  user,
  type CallEvent,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type Majordomo,
  type Usage,
  type WaitUntil,
} from '@majordomo/core';
import { createCloudflare, type AiBinding } from '@majordomo/provider-cloudflare';
import { groq, openaiCompatible } from '@majordomo/provider-openai';

// #region live-worker
/** Provider that exists as long as the isolate, with its clients and the health of its targets. */
const overHttp = openaiCompatible(groq);
const root = createMajordomo({
  providers: [overHttp],
  aliases: { quick: 'groq/llama-3.1-8b-instant,cloudflare/@cf/meta/llama-3.1-8b-instruct-fast' },
});

/** Returns a majordomo for one request, with the request's bindings and variables, and the shared health data. */
export const modelsFor = (env: { readonly AI: AiBinding }, waitUntil: WaitUntil): Majordomo =>
  root.with({ providers: [overHttp, createCloudflare({ binding: env.AI })], env, waitUntil });
// #endregion

// #region live-policy
/** Tries the next target, like the old code, after a missing or rejected key, an unpaid account or a rejected request. */
export const asBefore: CallOptions = {
  policy: { auth: { advance: true }, billing: { advance: true }, 'invalid-request': { advance: true } },
};
// #endregion

// #region live-json
/** Settings for one target use its provider's id as key; settings for a wire use the name of the wire. */
export const asJson = (question: string): ChatRequest => ({
  system: 'Answer as one JSON object.',
  // The last message is a prefill, which the model continues. Some models do not support it.
  messages: [user(question), assistant('{')],
  extra: { groq: { response_format: { type: 'json_object' } }, 'openai-responses': { service_tier: 'flex' } },
});
// #endregion

// #region live-cost
/** Returns a listener that adds up usage by the name that led to a target, including failed attempts. */
export function usageByName(): { readonly used: Map<string, Usage>; onEvent(event: CallEvent): void } {
  const used = new Map<string, Usage>();
  return {
    used,
    onEvent(event) {
      if (event.type !== 'attempt-end') return;
      const { name, target, usage } = event.result;
      const sum = sumUsage(used.get(name ?? target), usage);
      if (sum !== undefined) used.set(name ?? target, sum);
    },
  };
}
// #endregion

// #region live-agent
/** Shows only the last of several rounds with tools. Text before a tool call is dropped. */
export async function showLastStep(
  agent: Agent,
  question: string,
  show: (text: string) => void,
): Promise<void> {
  let deltas: string[] = [];
  for await (const event of agent.stream(question, { afterCommit: 'restart' })) {
    if (event.type === 'step-start' || (event.type === 'model' && event.event.type === 'reset')) deltas = [];
    if (event.type === 'model' && event.event.type === 'text-delta') deltas.push(event.event.text);
  }
  deltas.forEach(show);
}
// #endregion

// #region live-tests
/** Resets the health of all targets. Call it in `beforeEach`, so that a 429 in one test does not affect the next test. */
export const fresh = (majordomo: Majordomo): ChatModel => {
  majordomo.health.reset();
  return majordomo.model('quick');
};
// #endregion
