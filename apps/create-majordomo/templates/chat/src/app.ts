import type { Conversations } from '@majordomo/agent';
import { LlmError, type ChatModel, type Message } from '@majordomo/core';
import { readJson } from '@majordomo/core/http';
import { createResumableStreams, fromUiMessages, toUiMessages, type UiEnd } from '@majordomo/ui';
import { Hono } from 'hono';

const SYSTEM = 'You are a helpful assistant. Answer briefly.';
const MAX_CHATS = 50;

/**
 * Returns the API of the page. Every client can read every chat. Before you publish the server, add a login, and include the
 * user in the ids of the stored chats.
 */
export function createApp(model: ChatModel, conversations: Conversations): Hono {
  const app = new Hono();
  /** Running answers. An answer continues while the page is reloaded. */
  const streams = createResumableStreams();

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

  app.get('/api/chats/:id/stream', ({ req }) => streams.resume(req.param('id'), { signal: req.raw.signal }));

  app.post('/api/chats/:id/stop', async (context) =>
    context.json({ isStopped: await streams.stop(context.req.param('id')) }),
  );

  app.post('/api/chats/:id', async ({ req }) => {
    const id = req.param('id');
    const { messages, trigger } = (await readJson(req.raw)) as { messages: unknown; trigger: unknown };
    // An answer that still runs ends first, so that its text is stored before the next question.
    await streams.stop(id);
    const stored = await load(id);
    // For another answer, the page sends the last question again.
    const earlier = trigger === 'regenerate-message' ? beforeLastQuestion(stored) : stored;
    const input = await fromUiMessages(messages, { stored: earlier });
    // Save the question, so that a page that is reloaded during the answer shows it.
    await save(id, input.messages);
    const events = model.stream({ system: SYSTEM, messages: input.messages }, { afterCommit: 'restart' });
    return streams.start(id, events, {
      input,
      // The id that the stored answer will have, so that a reload does not show the answer twice.
      messageId: `m${input.messages.length}`,
      signal: req.raw.signal,
      replay: false,
      onEnd: (end) => save(id, withMark(end)),
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

function beforeLastQuestion(messages: readonly Message[]): readonly Message[] {
  return messages.slice(
    0,
    messages.findLastIndex(({ role }) => role === 'user'),
  );
}

/** Marks an answer that was stopped or has failed, so that the user and the model see that it is incomplete. */
function withMark({ outcome, messages }: UiEnd): readonly Message[] {
  const last = messages.at(-1);
  if (outcome === 'finished' || last?.role !== 'assistant') return messages;
  const parts = [...last.parts, { type: 'text', text: '*(interrupted)*' } as const];
  return [...messages.slice(0, -1), { ...last, parts }];
}
