import { createServer } from 'node:http';
import { openaiChat } from '@majordomo/conformance';
import type { DataHandling, Provider } from '@majordomo/core';
import { openaiCompatible } from '@majordomo/provider-openai';
import { testServer } from '@majordomo/test-support';
import { onTestFinished } from 'vitest';

/** Server of every operation that counts TCP connections. */
export interface RegionServer {
  readonly baseURL: string;
  /** TCP connections since the start. */
  connections: number;
  requests: number;
  /** Status of all responses; 0: no response. */
  status: number;
  /** Value of the header `location`. */
  location: string | undefined;
}

/** Starts a server that is closed after the test. */
export async function regionServer(): Promise<RegionServer> {
  const state: Omit<RegionServer, 'baseURL'> = {
    connections: 0,
    requests: 0,
    status: 200,
    location: undefined,
  };
  const server = await testServer(
    (response, { path, text }, number) => {
      state.requests = number;
      if (state.status === 0) return;
      const [type, answer] = answerTo(path, text);
      const location = state.location === undefined ? undefined : { location: state.location };
      response.writeHead(state.status, { 'content-type': type, ...location });
      response.end(state.status === 200 ? answer : '{"error":{"message":"no"}}');
    },
    (listener) => createServer(listener).on('connection', () => state.connections++),
  );
  onTestFinished(() => server.close());
  return Object.assign(state, { baseURL: `${server.origin}/v1` });
}

/** Creates a provider at a server. `data` replaces the facts of loopback. */
export const at = (id: string, { baseURL }: RegionServer, data?: DataHandling): Provider =>
  openaiCompatible(
    { id, baseURL: 'http://unused.invalid/v1', rerank: {}, moderation: {} },
    { baseURL, data },
  );

/** Returns the media type and the text of the response to a request. */
function answerTo(path: string, body: string): readonly [type: string, text: string] {
  const json = (value: unknown): readonly [string, string] => ['application/json', JSON.stringify(value)];
  switch (path.replace(/^\/v1/, '')) {
    case '/embeddings':
      return json({ data: [{ index: 0, embedding: [1, 0] }] });
    case '/images/generations':
      return json({ data: [{ b64_json: 'iVBORw0KGgo=' }] });
    case '/audio/transcriptions':
      return json({ text: 'fine' });
    case '/audio/speech':
      return ['audio/mpeg', 'ID3 sound'];
    case '/rerank':
      return json({ results: [{ index: 0, relevance_score: 1 }] });
    case '/moderations':
      return json({ results: [{ flagged: false, categories: {}, category_scores: {} }] });
    default: {
      const request = openaiChat.read(path, JSON.parse(body));
      const answer = '{"fine":true}';
      if (!request.streamed) return ['application/json', openaiChat.complete(answer, request).body];
      const frames = openaiChat.stream(answer, request).map(({ bytes }) => bytes);
      return ['text/event-stream', Buffer.concat(frames).toString()];
    }
  }
}
