import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface TestServer {
  readonly origin: string;
  readonly received: readonly Received[];
  /** Resolves when the client has closed the socket of the latest request, with the milliseconds since `from`. */
  closed(from: number): Promise<number>;
  close(): Promise<void>;
}

/** A server on loopback that keeps what it got; `play` answers the request of that number. */
export async function startServer(
  play: (response: ServerResponse, number: number, received: Received) => void,
): Promise<TestServer> {
  const received: Received[] = [];
  let latest: ServerResponse | undefined;
  const server = createServer((incoming, outgoing) => {
    latest = outgoing;
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => {
      const text = Buffer.concat(pieces).toString();
      const { method = '', url: path = '', headers } = incoming;
      const body = text.startsWith('{') ? (JSON.parse(text) as Received['body']) : {};
      received.push({ method, path, headers, body, text });
      play(outgoing, received.length, received.at(-1) as Received);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    closed: async (from) => {
      if (latest?.destroyed === false) await new Promise((resolve) => latest?.once('close', resolve));
      return performance.now() - from;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export function json(response: ServerResponse, body: unknown, status = 200, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Server-sent events; without `end` the stream stays open. */
export function events(response: ServerResponse, chunks: readonly unknown[], end = true): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  if (end) response.end('data: [DONE]\n\n');
}

export const delta = (members: object, finish: string | null = null): object => ({
  id: 'r1',
  choices: [{ index: 0, delta: members, finish_reason: finish }],
});

export const answer = (text: string): object => ({
  id: 'r1',
  choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 1 },
});
