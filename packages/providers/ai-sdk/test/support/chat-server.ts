import type { ChatModel } from '@majordomo/core';
import {
  convertToModelMessages,
  createUIMessageStreamResponse,
  isStepCount,
  streamText,
  tool,
  toUIMessageStream,
  type UIMessage,
} from 'ai';
import { Hono } from 'hono';
import { z } from 'zod';
import { toLanguageModel } from '../../src/index.ts';

const tools = {
  weather: tool({ inputSchema: z.object({ city: z.string() }), execute: ({ city }) => `rain in ${city}` }),
};

/** Returns a server with the endpoint of a chat page. */
export function chatServer(model: ChatModel): Hono {
  const app = new Hono();
  app.post('/api/chat', async ({ req }) => {
    const { messages } = await req.json<{ messages: UIMessage[] }>();
    const { stream } = streamText({
      model: toLanguageModel(model),
      messages: await convertToModelMessages(messages, { tools }),
      tools,
      reasoning: 'low',
      stopWhen: isStepCount(3),
      abortSignal: req.raw.signal,
      onError: () => undefined,
    });
    return createUIMessageStreamResponse({ stream: toUIMessageStream({ stream, tools }) });
  });
  return app;
}
