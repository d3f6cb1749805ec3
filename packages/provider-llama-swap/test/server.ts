import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Parsed JSON, `undefined` without a body. */
  readonly body: unknown;
  /** Resolves when the socket of this exchange is gone or the answer is over. */
  readonly closed: Promise<void>;
}

export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly requests: readonly Seen[];
  /** Resolves with the n-th request, from 0, as soon as it is there. */
  request(n: number): Promise<Seen>;
}

export type Answer = (response: ServerResponse, request: Seen) => void | Promise<void>;

/** A server on 127.0.0.1 that answers every request by `answer`, and keeps a journal. */
export async function testServer(answer: Answer): Promise<TestServer> {
  const requests: Seen[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((incoming, response) => {
    const chunks: Uint8Array[] = [];
    incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const seen: Seen = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: text === '' ? undefined : JSON.parse(text),
        closed: new Promise((resolve) => response.once('close', resolve)),
      };
      requests.push(seen);
      for (const wake of waiting) wake();
      void answer(response, seen);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async request(n) {
      for (;;) {
        const found = requests[n];
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const SSE_TYPE = { 'content-type': 'text/event-stream' } as const;
export const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** Streams these events and the end marker. */
export const streams =
  (...events: readonly unknown[]): Answer =>
  (response) => {
    response.writeHead(200, SSE_TYPE).end(`${events.map(event).join('')}data: [DONE]\n\n`);
  };

/** Answers with one JSON value. */
export const answers =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = JSON_TYPE): Answer =>
  (response) => {
    response.writeHead(status, headers).end(JSON.stringify(value));
  };

/** Sends events and then says nothing more. */
export const stalls =
  (...events: readonly unknown[]): Answer =>
  (response) => {
    response.writeHead(200, SSE_TYPE).write(events.map(event).join(''));
  };

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
