import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createAgent, createConversations, createRuns, defineTool, type RunState } from '@majordomo/agent';
import { LlmError, type ChatModel, type Message } from '@majordomo/core';
import { readJson } from '@majordomo/core/http';
import type { RecordStore } from '@majordomo/records';
import {
  createResumableStreams,
  fromUiMessages,
  toUiMessages,
  type UiEnd,
  type UiOptions,
} from '@majordomo/ui';
import { z } from 'zod';
import { script } from './chat-mcp-apps.ts';

/** Options of the chat. */
export interface ChatUiOptions {
  readonly model: ChatModel;
  /** Conversations, and runs that wait for an approval. */
  readonly records: RecordStore;
  /** Function that returns the user of a request, for example from a session cookie. */
  readonly userOf: (request: Request) => string | undefined;
  /** Function that returns the cost of a response, such as `costOfResponse` of `@majordomo/catalog`. */
  readonly cost?: UiOptions['cost'];
}

/** Server of the chat, and the function that stops its responses. */
export interface ChatUi {
  readonly server: Server;
  close(): Promise<void>;
}

const refund = defineTool({
  name: 'refund',
  description: 'Pays back an order.',
  parameters: z.object({ order: z.string(), eur: z.number() }),
  approval: true,
  // `key` is the same if the run is continued twice, so a bank can recognize a repeated payment.
  run: ({ order, eur }, { key }) => `paid ${eur} EUR for ${order}, transfer ${key}`,
});

/** Returns a complete chat for `useChat`. Its page is `page/chat-ui.tsx`. */
export function chatUi({ model, records, userOf, cost }: ChatUiOptions): ChatUi {
  const agent = createAgent({ model, instructions: 'You help customers.', tools: [refund] });
  const runs = createRuns({ records });
  const conversations = createConversations({ records });
  const streams = createResumableStreams({ disconnectMs: 120_000 });

  /** Returns the paused run of a chat, or its transcript. */
  async function load(chat: string): Promise<RunState | readonly Message[]> {
    const state = await runs.load(chat, { agent }).catch((error: unknown) => {
      // Another request has locked the run.
      if (LlmError.is(error, 'denied')) return undefined;
      throw error;
    });
    // `load` locks the run. Release the run, because the next request may continue it.
    if (state !== undefined) await runs.release(chat);
    return state ?? (await conversations.load(chat))?.messages ?? [];
  }

  async function saveMessages(chat: string, messages: readonly Message[]): Promise<void> {
    const known = await conversations.load(chat);
    await conversations.save({ id: chat, spec: model.spec, messages }, known?.version);
  }

  async function save(chat: string, { messages, state, outcome }: UiEnd): Promise<void> {
    await saveMessages(chat, messages);
    if (outcome === 'awaiting' && state !== undefined) await runs.save(chat, state);
    else await runs.remove(chat);
  }

  /** Answers the last message in the request, or continues the run with the user's decisions. */
  async function answer(chat: string, request: Request): Promise<Response> {
    const { messages } = (await readJson(request)) as { readonly messages: unknown };
    const input = await fromUiMessages(messages, { stored: await load(chat) });
    // Save the question, so that a page that is reloaded during the answer shows it.
    if (input.decisions.length === 0) await saveMessages(chat, input.messages);
    const events = agent.stream(input.run, { decisions: input.decisions, afterCommit: 'restart' });
    return streams.start(chat, events, {
      input,
      messageId: input.messageId ?? `m${input.messages.length}`,
      // The stored transcript contains the tokens that vendors require, so the page does not return them.
      replay: false,
      signal: request.signal,
      cost,
      onEnd: (end) => save(chat, end),
      onError: console.error,
    });
  }

  async function messagesOf(chat: string): Promise<Response> {
    const stored = await load(chat);
    // A run has `pending`, and a transcript is an array.
    const [messages, state] = 'pending' in stored ? [stored.messages, stored] : [stored, undefined];
    return Response.json(await toUiMessages(messages, { state, replay: false }));
  }

  async function handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/') return new Response(HTML, { headers: { 'content-type': 'text/html' } });
    if (pathname === '/chat-ui.js')
      return new Response(await (bundle ??= script('chat-ui.tsx')), {
        headers: { 'content-type': 'text/javascript' },
      });
    const user = userOf(request);
    if (user === undefined) return new Response('log in first', { status: 401 });
    // `/api/chat/<id>`, or `/api/chat/<id>/<action>`.
    const [, , , id = '', action] = pathname.split('/').map(decodeURIComponent);
    // The key contains the user, so that a chat id gives no access to other users' chats.
    const chat = JSON.stringify([user, id]);
    if (request.method === 'GET' && action === 'stream')
      return streams.resume(chat, { signal: request.signal });
    if (request.method === 'GET') return messagesOf(chat);
    if (action === 'stop') return Response.json({ isStopped: await streams.stop(chat) });
    return answer(chat, request);
  }

  const respond = getRequestListener((request) => handle(request).catch(failed));
  const server = createServer((incoming, outgoing) => void respond(incoming, outgoing));
  return { server, close: () => streams.close() };
}

function failed(error: unknown): Response {
  if (LlmError.is(error, 'invalid-request')) return new Response(error.message, { status: 400 });
  console.error(error);
  return new Response('the server failed', { status: 500 });
}

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8" />
<title>Chat</title>
<style>
  body { font: 16px/1.5 system-ui; max-width: 40rem; margin: 2rem auto; }
  article { white-space: pre-wrap; padding: 0.5rem 1rem; border-left: 3px solid #ccc; margin: 1rem 0; }
  small, summary { color: #555; }
</style>
<main></main>
<script type="module" src="/chat-ui.js"></script>
</html>`;

/** Script of the page. An application would bundle it in advance. */
let bundle: Promise<string> | undefined;
