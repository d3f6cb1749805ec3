import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers a request of a test server. */
export type Fetch = (request: Request) => Promise<Response>;

/** HTTP server on a free port of 127.0.0.1. */
export interface Listening extends AsyncDisposable {
  readonly origin: string;
  /** Ends all connections, and keeps listening. */
  cut(): void;
}

/** Serves a function over HTTP. The function is set after the port is known, because a card contains the address. */
export async function listen(answer: (origin: string) => Fetch, port = 0): Promise<Listening> {
  let fetch: Fetch = () => Promise.resolve(new Response(null, { status: 503 }));
  const http = createServer((incoming, outgoing) => {
    void (async () => {
      const controller = new AbortController();
      outgoing.on('close', () => {
        controller.abort();
      });
      const request = await requestOf(incoming, controller.signal);
      const response = await fetch(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.flushHeaders();
      for await (const chunk of response.body ?? []) if (!outgoing.destroyed) outgoing.write(chunk);
      outgoing.end();
    })().catch(() => outgoing.destroy());
  });
  const origin = await started(http, port);
  fetch = answer(origin);
  return {
    origin,
    cut: () => {
      http.closeAllConnections();
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

async function started(http: Server, port: number): Promise<string> {
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

async function requestOf(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const body = Buffer.concat(await incoming.toArray());
  const { method = 'GET', url = '/' } = incoming;
  const headers = new Headers(
    Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const address = `http://${incoming.headers.host ?? '127.0.0.1'}${url}`;
  return new Request(address, { method, headers, signal, ...(method === 'POST' && { body }) });
}
