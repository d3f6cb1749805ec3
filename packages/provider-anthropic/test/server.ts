import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Journaled {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Record<string, unknown>;
  /** Resolves when the client's socket is gone before the answer was whole, or the answer was sent. */
  readonly closed: Promise<{ readonly whole: boolean; readonly at: number }>;
}

export type Answer = (response: ServerResponse, request: Journaled) => void | Promise<void>;

/** A real HTTP server on 127.0.0.1 that answers with the next answer; the last one is repeated. */
export interface WireServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: Journaled[];
  answer(...answers: Answer[]): void;
}

export async function wireServer(...first: Answer[]): Promise<WireServer> {
  let answers = first;
  let turn = 0;
  const requests: Journaled[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    const closed = once(response, 'close').then(() => ({
      whole: response.writableFinished,
      at: performance.now(),
    }));
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      const { method = '', url = '', headers } = request;
      const entry = { method, path: url, headers, text, body, closed };
      requests.push(entry);
      const answer = answers[Math.min(turn++, answers.length - 1)];
      void answer?.(response, entry);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (...next) => {
      answers = next;
      turn = 0;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A JSON body. */
export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_1', ...headers });
    response.end(JSON.stringify(body));
  };

/** Server-sent events, one write each. */
export const sse =
  (...events: readonly { readonly type: string }[]): Answer =>
  (response) => {
    response.writeHead(200, EVENT_STREAM);
    for (const event of events) response.write(frame(event));
    response.end();
  };

export const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': 'req_1' };

export const frame = (event: { readonly type: string }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/** The wire's error body. */
export const wireError = (
  type: string,
  message: string,
  status: number,
  headers: Record<string, string> = {},
): Answer => json({ type: 'error', error: { type, message }, request_id: 'req_1' }, status, headers);
