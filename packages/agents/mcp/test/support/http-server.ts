import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** An HTTP server on this machine. */
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** Cuts all connections, and listens no more. */
  stop(): Promise<void>;
}

/** Answers by a fetch handler; what is `undefined` is cut. */
export async function httpServer(
  handle: (request: Request) => Promise<Response | undefined>,
  port = 0,
): Promise<HttpServer> {
  const server = createServer((incoming, answer) => {
    void relay(incoming, answer, handle);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: actual } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(stop);
  return { url: `http://127.0.0.1:${actual}/mcp`, port: actual, stop };
}

async function relay(
  incoming: IncomingMessage,
  answer: ServerResponse,
  handle: (request: Request) => Promise<Response | undefined>,
): Promise<void> {
  const gone = new AbortController();
  answer.on('close', () => {
    gone.abort();
  });
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const request = new Request(`http://127.0.0.1${incoming.url ?? '/'}`, {
    method: incoming.method ?? 'GET',
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    signal: gone.signal,
    ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
  });
  const response = await handle(request);
  if (response === undefined) {
    incoming.socket.destroy();
    return;
  }
  answer.writeHead(response.status, Object.fromEntries(response.headers));
  answer.flushHeaders();
  try {
    for await (const chunk of response.body ?? []) answer.write(chunk);
    answer.end();
  } catch {
    answer.destroy();
  }
}
