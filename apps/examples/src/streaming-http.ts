import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { LlmError, user, type ChatModel } from '@majordomo/core';

/** Server-sent events: `text`, `reset` (drop what was shown), `done` or `failed`. */
export const chatServer = (model: ChatModel): Server =>
  createServer((request, response) => void serve(model, request, response));

async function serve(model: ChatModel, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const left = new AbortController();
  // Whoever closes the tab pays for no further token: the abort closes the vendor's stream too.
  response.on('close', () => left.abort());
  const send = (event: string, data: unknown): void => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  try {
    const messages = [user(await text(request))];
    const stream = model.stream({ messages }, { signal: left.signal, afterCommit: 'restart' });
    for await (const event of stream) {
      if (event.type === 'text-delta') send('text', event.text);
      if (event.type === 'reset') send('reset', event.target);
    }
    const { target, usage } = await stream.response();
    send('done', { target, usage });
  } catch (error) {
    // A vendor's words are for the log; the reader learns the kind, and when to come back.
    if (LlmError.is(error)) send('failed', { kind: error.kind, retryAfterMs: error.details.retryAfterMs });
    else send('failed', { kind: 'server' });
  } finally {
    response.end();
  }
}
