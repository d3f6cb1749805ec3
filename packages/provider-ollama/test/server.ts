import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
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
export async function testServer(
  answer: Answer,
  create: (listener: RequestListener) => Server = createServer,
): Promise<TestServer> {
  const requests: Seen[] = [];
  const waiting = new Set<() => void>();
  const server = create((incoming, response) => {
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

export const NDJSON_TYPE = { 'content-type': 'application/x-ndjson' } as const;
export const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' } as const;

export const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

const CREATED = '2026-11-20T09:00:00.123456Z';

/** A line with a piece of the answer, of true shape. */
export const says = (message: object): object => ({
  model: 'm',
  created_at: CREATED,
  message: { role: 'assistant', content: '', ...message },
  done: false,
});

/** The last line. */
export const ended = (more: object = {}): object => ({
  model: 'm',
  created_at: CREATED,
  message: { role: 'assistant', content: '' },
  done: true,
  done_reason: 'stop',
  total_duration: 1_471_383_958,
  load_duration: 64_202_792,
  prompt_eval_count: 18,
  prompt_eval_duration: 591_535_833,
  eval_count: 7,
  eval_duration: 717_143_165,
  ...more,
});

/** Streams these lines and ends. */
export const streams =
  (...lines: readonly object[]): Answer =>
  (response) => {
    response.writeHead(200, NDJSON_TYPE).end(lines.map(line).join(''));
  };

/** Answers with one JSON value. */
export const answers =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = JSON_TYPE): Answer =>
  (response) => {
    response.writeHead(status, headers).end(JSON.stringify(value));
  };

/** Sends lines and then says nothing more. */
export const stalls =
  (...lines: readonly object[]): Answer =>
  (response) => {
    response.writeHead(200, NDJSON_TYPE).write(lines.map(line).join(''));
  };
