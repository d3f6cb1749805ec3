import type { Conversations } from '@majordomo/agent';
import { LlmError, type ChatModel, type Message } from '@majordomo/core';
import { readJson } from '@majordomo/core/http';
import { fromUiMessages, toUiMessages, uiMessageResponse } from '@majordomo/ui';
import { Hono } from 'hono';

const SYSTEM = 'You are a helpful assistant. Answer briefly.';
const MAX_CHATS = 50;

/**
 * Returns the API of the page. Every client can read every chat. Before you publish the server, add a login, and include the
 * user in the ids of the stored chats.
 */
export function createApp(model: ChatModel, conversations: Conversations): Hono {
  const app = new Hono();

  async function load(id: string): Promise<readonly Message[]> {
    return (await conversations.load(id))?.messages ?? [];
  }

  async function save(id: string, messages: readonly Message[]): Promise<void> {
    const known = await conversations.load(id);
    await conversations.save({ id, spec: model.spec, messages }, known?.version);
  }

  app.get('/api/chats', async (context) => context.json(await conversations.list(MAX_CHATS)));

  app.get('/api/chats/:id', async (context) => {
    const messages = await load(context.req.param('id'));
    return context.json(await toUiMessages(messages, { replay: false }));
  });

  app.post('/api/chats/:id', async ({ req }) => {
    const id = req.param('id');
    const { signal } = req.raw;
    const { messages } = (await readJson(req.raw)) as { messages: unknown };
    const input = await fromUiMessages(messages, { stored: await load(id) });
    // Save the question, so that a page that is reloaded during the answer shows it.
    await save(id, input.messages);
    const request = { system: SYSTEM, messages: input.messages };
    const events = model.stream(request, { signal, afterCommit: 'restart' });
    return uiMessageResponse(events, {
      input,
      signal,
      replay: false,
      onEnd: (end) => save(id, end.messages),
      onError: console.error,
    });
  });

  app.onError((error, context) => {
    if (LlmError.is(error, 'invalid-request')) return context.text(error.message, 400);
    console.error(error);
    return context.text('the server failed', 500);
  });
  return app;
}
