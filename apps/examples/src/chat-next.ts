import { user, type ChatModel } from '@majordomo/core';
import { sseResponse } from '@majordomo/core/http';

/**
 * A route handler as Next.js has them. In `app/chat/route.ts`: `export const POST = chatRoute(model)`, with the model of
 * your module. It runs in both of Next's runtimes.
 */
export const chatRoute =
  (model: ChatModel) =>
  async (request: Request): Promise<Response> => {
    const { signal } = request;
    const question = await request.text();
    if (question === '') return new Response('ask something', { status: 400 });
    return sseResponse(model.stream({ messages: [user(question)] }, { signal }), { signal });
  };
