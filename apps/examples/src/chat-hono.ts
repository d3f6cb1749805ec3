import { user, type ChatModel } from '@majordomo/core';
import { sseResponse } from '@majordomo/core/http';
import { Hono } from 'hono';

/** Serves a chat. Works in the same way on other servers that return a web `Response`: Workers, Deno, Bun. */
export function honoChat(model: ChatModel): Hono {
  const app = new Hono();
  app.post('/chat', async ({ req }) => {
    const { signal } = req.raw;
    const stream = model.stream({ messages: [user(await req.text())] }, { signal, afterCommit: 'restart' });
    return sseResponse(stream, { signal, onError: console.error });
  });
  return app;
}
