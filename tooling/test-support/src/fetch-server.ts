import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Function that a server calls for each request. `undefined` as the result cuts the connection. */
export type FetchHandler = (request: Request) => Promise<Response | undefined>;

/** Server on 127.0.0.1. */
export interface FetchServer extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  /** Ends all connections, and continues to listen. */
  cut(): void;
  /** Ends all connections, and stops listening. */
  close(): Promise<void>;
}

/** Serves a handler over HTTP, by default on a free port. The signal of a request aborts when the client disconnects. */
export async function serveFetch(handler: FetchHandler, port = 0): Promise<FetchServer> {
  const server = createServer((incoming, outgoing) => {
    void respond(handler, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const { port: actual } = server.address() as AddressInfo;
  const cut = (): void => server.closeAllConnections();
  const close = async (): Promise<void> => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://127.0.0.1:${actual}`, port: actual, cut, close, [Symbol.asyncDispose]: close };
}

async function respond(
  handler: FetchHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const controller = new AbortController();
  outgoing.once('close', () => controller.abort());
  const body = Buffer.concat(await incoming.toArray());
  const { method = 'GET', url = '/', headers } = incoming;
  const request = new Request(`http://${headers.host ?? '127.0.0.1'}${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    signal: controller.signal,
    ...(body.length > 0 && { body }),
  });
  const response = await handler(request);
  if (response === undefined) {
    incoming.socket.destroy();
    return;
  }
  outgoing.writeHead(response.status, [...response.headers].flat());
  outgoing.flushHeaders();
  if (response.body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(response.body), outgoing);
}
