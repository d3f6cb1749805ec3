import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface TestServer {
  readonly origin: string;
  readonly requests: readonly SeenRequest[];
  /** Sockets that are open now. */
  openSockets(): number;
  close(): Promise<void>;
}

/** A server on 127.0.0.1 that answers every request by `answer`, and keeps a journal. */
export async function testServer(
  answer: (request: SeenRequest, response: ServerResponse) => void | Promise<void>,
): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  let sockets = 0;
  const server = createServer((request, response) => {
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const seen = { path: request.url ?? '', headers: request.headers, body };
      requests.push(seen);
      void answer(seen, response);
    });
  });
  server.on('connection', (socket) => {
    sockets++;
    socket.on('close', () => sockets--);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    openSockets: () => sockets,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Writes a body in pieces of `size` bytes, each in a turn of its own, so that they travel apart. */
export async function writeInPieces(response: ServerResponse, body: Uint8Array, size: number): Promise<void> {
  for (let at = 0; at < body.length; at += size) {
    response.write(body.subarray(at, at + size));
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

export const SSE: Readonly<Record<string, string>> = { 'content-type': 'text/event-stream' };
export const JSON_TYPE: Readonly<Record<string, string>> = { 'content-type': 'application/json' };

/** The bytes of a stream of these chunks. */
export const sseBody = (...chunks: readonly unknown[]): string =>
  chunks
    .map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\r\n\r\n`)
    .join('');
