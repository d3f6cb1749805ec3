import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What both protocols' responses can do. */
export interface Reply {
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  write(chunk: Uint8Array): unknown;
  end(chunk?: Uint8Array | string): unknown;
  /** Cuts the connection. */
  reset(): void;
}

export interface TestServer {
  readonly origin: string;
  readonly requests: readonly SeenRequest[];
  openSockets(): number;
  close(): Promise<void>;
}

export type Protocol = 'http1' | 'http2';

/** A server on 127.0.0.1 over HTTP/1.1, or HTTP/2 in clear text, that answers by `answer` and keeps a journal. */
export async function testServer(
  protocol: Protocol,
  answer: (request: SeenRequest, reply: Reply) => void | Promise<void>,
): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const handle = (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void => {
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    request.on('end', () => {
      const seen = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: headersOf(request.headers),
        body: Buffer.concat(chunks),
      };
      requests.push(seen);
      void answer(seen, replyOf(response, request.socket));
    });
  };
  const server = protocol === 'http1' ? createHttp1(handle) : createHttp2(handle);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session: { on(event: 'error', listener: () => void): void }) => {
    session.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    openSockets: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const headersOf = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

function replyOf(either: ServerResponse | Http2ServerResponse, socket: unknown): Reply {
  // The compatibility layer of HTTP/2 has the same methods under other types.
  const response = either as ServerResponse;
  return {
    writeHead: (status, headers) => response.writeHead(status, { ...headers }),
    write: (chunk) => response.write(chunk),
    end: (chunk) => response.end(chunk),
    reset: () => {
      (socket as Socket).destroy();
    },
  };
}

/** Writes a body in pieces of `size` bytes, each in a turn of its own, so that they travel apart. */
export async function writeInPieces(reply: Reply, body: Uint8Array, size: number): Promise<void> {
  for (let at = 0; at < body.length; at += size) {
    reply.write(body.subarray(at, at + size));
    await new Promise((resolve) => setImmediate(resolve));
  }
  reply.end();
}
