import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { LlmError } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { Gateway } from '../gateway.ts';
import { CUT, FROM_LOOPBACK, type PlatformContext } from '../platform-context.ts';
import { isAcceptedTarget } from './accepted-target.ts';
import { isFromHere } from './loopback.ts';
import { Shutdown } from './shutdown.ts';
import { chunked, cutIdleClient, isEventStream } from './streaming.ts';

/** Connections that the kernel queues while the process is busy. Node's default of 511 resets the others. Kernels queue at most 4,096. */
const BACKLOG = 4096;
const MAX_PORT = 65_535;
/** For a gateway without `idleMs`. */
const DEFAULT_IDLE_MS = 60_000;

/** Where to listen. */
export interface ServeOptions {
  /** Default 4141; 0 takes a free one. */
  readonly port?: number | undefined;
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
}

const KINDS: KindsOf<ServeOptions> = {
  port: 0,
  host: 'string',
};

/** A gateway that is listening. */
export interface Served {
  /** Without a path, such as `http://127.0.0.1:4141`. */
  readonly url: string;
  /**
   * Answers the requests that have arrived, accepts no new connection, lets responses end, and cuts the remaining ones
   * after `graceMs` (default 10,000).
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Serves a gateway on Node with `@hono/node-server`. Listens on 127.0.0.1 by default. Rejects with `config` if it cannot
 * listen.
 */
export async function serve(gateway: Gateway, options: ServeOptions = {}): Promise<Served> {
  checkOptions('serve', { gateway }, { gateway: 'object with fetch' }, ['gateway']);
  checkOptions('serve', options, KINDS);
  const { port = 4141, host = '127.0.0.1' } = options;
  if (!Number.isInteger(port) || port > MAX_PORT)
    throw new LlmError('config', `serve: port must be a whole number up to ${MAX_PORT}, not ${port}`, {
      path: 'port',
    });
  // Pooled clients keep connections longer than Node's default of 5 s.
  const server = createServer({ headersTimeout: 15_000, requestTimeout: 300_000, keepAliveTimeout: 65_000 });
  const shutdown = new Shutdown(server);
  const listener = getRequestListener(
    async (request, bindings) => {
      const { incoming, outgoing } = bindings as HttpBindings;
      const context: PlatformContext = {
        ...(isFromHere(incoming) && { [FROM_LOOPBACK]: true }),
        [CUT]: () => outgoing.destroy(),
      };
      const response = await gateway.fetch(request, context);
      if (!isEventStream(response)) return response;
      // Calls are made by POST. An event stream by GET is a page that watches, which would hold up `close`.
      if (request.method === 'GET') shutdown.endsWithServer(outgoing);
      return chunked(response, incoming);
    },
    // The adapter replaces `Request` and `Response` of the process by default.
    { overrideGlobalObjects: false },
  );
  server.on('request', (incoming, outgoing) => {
    if (!isAcceptedTarget(incoming)) {
      outgoing.writeHead(400, { connection: 'close' }).end();
      return;
    }
    if (incoming.url === '*') incoming.url = '/';
    cutIdleClient(outgoing, gateway.idleMs ?? DEFAULT_IDLE_MS);
    void listener(incoming, outgoing);
  });
  await listening(server, port, host);
  return {
    url: urlOf(server.address() as AddressInfo),
    close: (graceMs = 10_000) => shutdown.close(graceMs),
  };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new LlmError('config', `cannot listen on ${host}:${port}: ${cause.message}`, {}, { cause }));
    });
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
}

const urlOf = ({ address, port, family }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
