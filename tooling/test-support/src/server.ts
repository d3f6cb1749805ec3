import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Request in the journal. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Body as a JSON object; an empty object for any other body. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Resolves when the response has ended or the client's socket is closed. */
  readonly closed: Promise<{
    /** Whether the complete response was sent. */
    readonly whole: boolean;
    /** Time of arrival, from `performance.now()`. */
    readonly at: number;
  }>;
}

/** Handler of a request; the first one has the number 1. */
export type Answer = (response: ServerResponse, request: Seen, number: number) => void | Promise<void>;

export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly requests: readonly Seen[];
  /** Resolves with the n-th request (from 0) when it arrives. */
  request(n: number): Promise<Seen>;
  /** Number of open sockets. */
  openSockets(): number;
  /** Closes all connections and the server. */
  close(): Promise<void>;
}

/** Starts a server on 127.0.0.1 that calls `answer` for each request and records a journal. */
export async function testServer(
  answer: Answer,
  create: (listener: RequestListener) => Server = createServer,
): Promise<TestServer> {
  const requests: Seen[] = [];
  const waiting = new Set<() => void>();
  const server = create((incoming, response) => {
    void seen(incoming, response).then((request) => {
      const number = requests.push(request);
      for (const wake of waiting) wake();
      return answer(response, request, number);
    });
  });
  const sockets = socketsOf(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
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
    openSockets: () => sockets.size,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Returns a request when its body is complete. */
function seen(incoming: IncomingMessage, response: ServerResponse): Promise<Seen> {
  const { method = '', url: path = '', headers } = incoming;
  const closed = new Promise<Awaited<Seen['closed']>>((resolve) => {
    response.once('close', () => {
      resolve({ whole: response.writableFinished, at: performance.now() });
    });
  });
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const body = text.startsWith('{') ? (JSON.parse(text) as Seen['body']) : {};
      resolve({ method, path, headers, text, body, closed });
    });
  });
}

function socketsOf(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  return sockets;
}
