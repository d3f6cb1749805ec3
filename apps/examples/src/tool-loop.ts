import { toolResult, user, type ChatModel, type Message, type ToolCallPart } from '@majordomo/core';
import * as z from 'zod';

const City = z.object({ city: z.string() });
const tools = [{ name: 'weather', description: 'The weather in a city', parameters: City }];

/** Runs a manual loop: call the model, run its tools, call it again. `@majordomo/agent` adds limits and hooks. */
export async function withWeather(model: ChatModel, question: string): Promise<string> {
  const messages: Message[] = [user(question)];
  for (let step = 0; step < 8; step++) {
    const { message, toolCalls, text } = await model.generate({ messages, tools });
    messages.push(message);
    if (toolCalls.length === 0) return text;
    messages.push(toolResult(toolCalls.map(answer)));
  }
  throw new Error('no answer after eight steps');
}

/** Returns a result for every call. The result of an invalid call states what the model must correct. */
function answer({ id: callId, name, args }: ToolCallPart) {
  const checked = City.safeParse(args);
  if (name !== 'weather') return { callId, name, content: `unknown tool ${name}`, isError: true };
  if (!checked.success) return { callId, name, content: checked.error.message, isError: true };
  return { callId, name, content: `4 °C and snow in ${checked.data.city}` };
}
