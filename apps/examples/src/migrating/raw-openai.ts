import { LlmError, toolResult, user, type ChatModel, type Message, type ToolSpec } from '@majordomo/core';
import * as z from 'zod';

// #region openai-answer
export async function ask(model: ChatModel, question: string): Promise<{ text: string; tokens: number }> {
  const { text, usage } = await model.generate({
    system: 'Answer in one sentence.',
    messages: [user(question)],
    maxTokens: 200,
    temperature: 0,
  });
  return { text, tokens: (usage?.input ?? 0) + (usage?.output ?? 0) };
}
// #endregion

// #region openai-stream
export async function* tell(
  model: ChatModel,
  question: string,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  for await (const event of model.stream({ messages: [user(question)] }, { signal }))
    if (event.type === 'text-delta') yield event.text;
}
// #endregion

// #region openai-object
const Recipe = z.object({ title: z.string(), minutes: z.number() });

export async function recipe(model: ChatModel, dish: string): Promise<z.infer<typeof Recipe>> {
  const { value } = await model.generateObject({ messages: [user(`A recipe for ${dish}`)], output: Recipe });
  return value;
}
// #endregion

// #region openai-tools
const weather: ToolSpec = {
  name: 'weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

export async function withTools(
  model: ChatModel,
  question: string,
  run: (args: object) => string,
): Promise<string> {
  const messages: Message[] = [user(question)];
  for (let round = 0; round < 8; round++) {
    const { text, message, toolCalls } = await model.generate({ messages, tools: [weather] });
    if (toolCalls.length === 0) return text;
    const results = toolCalls.map(({ id, name, args }) => ({ callId: id, name, content: run(args) }));
    messages.push(message, toolResult(results));
  }
  throw new Error('no answer in 8 rounds');
}
// #endregion

// #region openai-errors
export function advise(error: unknown): string {
  if (LlmError.is(error, 'rate-limit', 'overloaded'))
    return `busy, again in ${error.details.retryAfterMs ?? 1_000} ms`;
  if (LlmError.is(error, 'auth', 'billing')) return 'check the key and the account';
  return LlmError.is(error) ? error.message : 'not a failure of a model';
}
// #endregion
