import type { Agent } from '@majordomo/agent';
import {
  createMajordomo,
  user,
  type ChatModel,
  type ChatStream,
  type Majordomo,
  type MajordomoOptions,
  type ObjectStream,
} from '@majordomo/core';
import { readJson } from '@majordomo/core/http';
import { fromUiMessages, uiMessageResponse } from '@majordomo/ui';
import * as z from 'zod';

// #region ai-sdk-registry
/** Replaces `registry.languageModel('openai:gpt-5')`, `customProvider` and a wrapped fallback with one spec. */
export function languageModel(
  majordomo: Majordomo,
  spec = 'openai/gpt-5,anthropic/claude-sonnet-4-5',
): ChatModel {
  return majordomo.model(spec);
}
// #endregion

// #region ai-sdk-text
export async function generateText(model: ChatModel, prompt: string): Promise<string> {
  const { text, finish, usage, warnings } = await model.generate({ messages: [user(prompt)] });
  if (finish === 'length') console.warn('cut short', usage?.output, warnings);
  return text;
}
// #endregion

// #region ai-sdk-text-stream
/** Replaces `result.textStream`. */
export async function* textStream(stream: ChatStream): AsyncGenerator<string> {
  for await (const event of stream) if (event.type === 'text-delta') yield event.text;
}
// #endregion

// #region ai-sdk-object-stream
const Plan = z.object({ steps: z.array(z.string()) });

/** Replaces `Output.object`, `generateObject` and `streamObject`. Complete values are typed; snapshots are deeply partial. */
export function plan(model: ChatModel, goal: string): ObjectStream<z.infer<typeof Plan>> {
  return model.streamObject({ messages: [user(goal)], output: Plan });
}
// #endregion

// #region ai-sdk-defaults
/** Replaces `maxRetries: 3` and common settings. With the higher threshold, one failing call does not bench the target. */
export function patient(options: MajordomoOptions): Majordomo {
  const chain = { attempts: 4, backoff: { baseMs: 200 }, timeouts: { totalMs: 120_000 } };
  return createMajordomo({ ...options, chain, health: { threshold: 4 } });
}
// #endregion

// #region ai-sdk-chat-route
/** Replaces `streamText` and `toUIMessageStream`. The tools run in the agent. */
export async function chatRoute(agent: Agent, request: Request): Promise<Response> {
  const { messages } = (await readJson(request)) as { messages: unknown };
  const input = await fromUiMessages(messages);
  const events = agent.stream(input.run, { decisions: input.decisions, afterCommit: 'restart' });
  return uiMessageResponse(events, { input, signal: request.signal });
}
// #endregion
