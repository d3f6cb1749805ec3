import { toLanguageModel } from '@majordomo/ai-sdk';
import type { ChatModel } from '@majordomo/core';
import { readJson } from '@majordomo/core/http';
// This route handler uses the AI SDK, with a chain of majordomo as its model.
// eslint-disable-next-line majordomo/no-raw-sdk
import {
  convertToModelMessages,
  createUIMessageStreamResponse,
  isStepCount,
  safeValidateUIMessages,
  streamText,
  tool,
  toUIMessageStream,
} from 'ai';
import { z } from 'zod';

const tools = {
  weather: tool({
    description: 'The weather of a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => `rain in ${city}`,
  }),
};

/**
 * Returns the server part of `useChat`, a route handler for Next.js, Hono, Workers, Deno and Bun. In `app/api/chat/route.ts`:
 * `export const POST = chatForUi(model)`, with the chain of your application.
 */
export const chatForUi =
  (model: ChatModel) =>
  async (request: Request): Promise<Response> => {
    const body = z
      .object({ messages: z.unknown() })
      .safeParse(await readJson(request).catch(() => undefined));
    const validated = await safeValidateUIMessages({ messages: body.data?.messages });
    if (!validated.success)
      return new Response('the body must contain the messages of useChat', { status: 400 });
    const { stream } = streamText({
      model: toLanguageModel(model),
      messages: await convertToModelMessages(validated.data, { tools }),
      tools,
      stopWhen: isStepCount(5),
      // Cancels the vendor's response when the reader disconnects.
      abortSignal: request.signal,
      onError: ({ error }) => {
        console.error(error);
      },
    });
    return createUIMessageStreamResponse({ stream: toUIMessageStream({ stream, tools }) });
  };
