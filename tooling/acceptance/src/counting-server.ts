import { createServer, type ServerResponse } from 'node:http';
import { openaiChat, type WireRequest } from '@majordomo/conformance';
import { testServer, type TestServer } from '@majordomo/test-support';

/** Server of a vendor that counts its connections. */
export interface CountingServer extends TestServer {
  /** Number of TCP connections since the start. */
  connections(): number;
}

/**
 * Starts a server for chat, rerank and moderation on 127.0.0.1. A streamed answer names a competitor, a complete one greets the
 * placeholder of an address, and text with `bad` is flagged. Rerank results are not sorted.
 */
export async function countingServer(): Promise<CountingServer> {
  let connections = 0;
  const server = await testServer(
    (response, { path, body }) => {
      if (path.endsWith('/chat/completions')) {
        sendChat(response, openaiChat.read(path, body));
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answerTo(path, body)));
    },
    (listener) => createServer(listener).on('connection', () => connections++),
  );
  return { ...server, connections: () => connections };
}

function sendChat(response: ServerResponse, request: WireRequest): void {
  if (!request.streamed) {
    const { headers, body } = openaiChat.complete('Hello [EMAIL_1]', request);
    response.writeHead(200, headers).end(body);
    return;
  }
  const chunks = ['See the firm Ac', 'me Corp', ' now'];
  const parts = [{ type: 'text', text: chunks.join(''), chunks }] as const;
  response.writeHead(200, openaiChat.streamHeaders);
  for (const { bytes } of openaiChat.stream({ parts }, request)) response.write(bytes);
  response.end();
}

function answerTo(path: string, body: Readonly<Record<string, unknown>>): object {
  if (path.endsWith('/rerank'))
    return { results: [0.5, 0.1, 0.9].map((relevance_score, index) => ({ index, relevance_score })) };
  const results = [body['input']].flat().map((text) => {
    const flagged = String(text).includes('bad');
    return { flagged, categories: { hate: flagged }, category_scores: { hate: flagged ? 1 : 0 } };
  });
  return { results };
}
