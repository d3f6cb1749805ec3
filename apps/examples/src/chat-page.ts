import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { user, type ChatModel } from '@majordomo/core';
import { pipeSse } from '@majordomo/core/http';

/** Serves the page `page/chat.html` and the chat endpoint. At a reset, the page clears the displayed text. */
export const chatPage = (model: ChatModel): Server =>
  createServer((request, response) => void serve(model, request, response));

async function serve(model: ChatModel, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(await readFile(new URL('../page/chat.html', import.meta.url)));
    return;
  }
  const stream = model.stream({ messages: [user(await text(request))] }, { afterCommit: 'restart' });
  await pipeSse(stream, response, { onError: console.error });
}
