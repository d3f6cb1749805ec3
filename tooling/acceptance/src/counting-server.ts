import { createServer } from 'node:http';
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
      if (body['stream'] === true) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const content of ['See the firm Ac', 'me Corp', ' now'])
          response.write(dataOf({ delta: { content } }));
        response.end(`${dataOf({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`);
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answerTo(path, body)));
    },
    (listener) => createServer(listener).on('connection', () => connections++),
  );
  return { ...server, connections: () => connections };
}

const dataOf = (choice: object): string => {
  const chunk = {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, ...choice }],
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
};

function answerTo(path: string, body: Readonly<Record<string, unknown>>): object {
  if (path.endsWith('/rerank'))
    return { results: [0.5, 0.1, 0.9].map((relevance_score, index) => ({ index, relevance_score })) };
  if (path.endsWith('/moderations')) {
    const results = [body['input']].flat().map((text) => {
      const flagged = String(text).includes('bad');
      return { flagged, categories: { hate: flagged }, category_scores: { hate: flagged ? 1 : 0 } };
    });
    return { results };
  }
  const message = { role: 'assistant', content: 'Hello [EMAIL_1]' };
  return {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
  };
}
