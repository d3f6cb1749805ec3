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
/** Lives as long as the isolate, and with it the clients and what is known of every target's health. */
const overHttp = openaiCompatible(groq);
const root = createMajordomo({
  providers: [overHttp],
  aliases: { quick: 'groq/llama-3.1-8b-instant,cloudflare/@cf/meta/llama-3.1-8b-instruct-fast' },
});

/** A view for one request: its own bindings and variables, the health of all. */
export const modelsFor = (env: { readonly AI: AiBinding }, waitUntil: WaitUntil): Majordomo =>
  root.with({ providers: [overHttp, createCloudflare({ binding: env.AI })], env, waitUntil });
// #endregion

// #region live-policy
/** As the old code did: a key that is missing or refused, an unpaid account, a refused request go to the next target. */
export const asBefore: CallOptions = {
  policy: { auth: { advance: true }, billing: { advance: true }, 'invalid-request': { advance: true } },
};
// #endregion

// #region live-json
/** What one target alone is told stands under its provider's id, or under its wire's name for all that speak it. */
export const asJson = (question: string): ChatRequest => ({
  system: 'Answer as one JSON object.',
  // A prefill: the model continues where this ends. Not every model takes one.
  messages: [user(question), assistant('{')],
  extra: { groq: { response_format: { type: 'json_object' } }, 'openai-responses': { service_tier: 'flex' } },
});
// #endregion

// #region live-cost
/** Usage by the name that led to a target, failed attempts too: an executor's bill. */
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
/** Rounds with tools, of which only the last is for the user: what was said before a tool was called is dropped. */
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
/** In `beforeEach`: what one test's 429 did to a target must not reach the next. A majordomo of its own per test does it too. */
export const fresh = (majordomo: Majordomo): ChatModel => {
  majordomo.health.reset();
  return majordomo.model('quick');
};
// #endregion
