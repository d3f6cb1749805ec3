import { user, type ChatModel } from '@majordomo/core';
import { sseResponse } from '@majordomo/core/http';

/**
 * Returns a route handler for Next.js. In `app/chat/route.ts`: `export const POST = chatRoute(model)`, with the model of your
 * application. The handler runs in both Next.js runtimes.
 */
export const chatRoute =
  (model: ChatModel) =>
  async (request: Request): Promise<Response> => {
    const { signal } = request;
    const question = await request.text();
    if (question === '') return new Response('the body must contain a question', { status: 400 });
    return sseResponse(model.stream({ messages: [user(question)] }, { signal }), { signal });
  };
