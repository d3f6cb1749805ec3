import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { LlmError, systemClock } from '@majordomo/core';
import { checkOptions, integer, number, type KindsOf } from '@majordomo/core/toolkit';
import { CUT, FROM_LOOPBACK, type PlatformContext } from '../platform-context.ts';
import { isAcceptedTarget, isFromHere, isSocketRequest, refuseSocket } from './incoming.ts';
import { DEFAULT_MAX_BYTES, type ServedGateway } from './served-gateway.ts';
import { Shutdown } from './shutdown.ts';
import { Sockets } from './sockets/sockets.ts';
import { chunked, cutIdleClient, DEFAULT_IDLE_MS, isEventStream } from './streaming.ts';
import { discardUnread, hasArrived } from './unread-body.ts';

/**
 * Number of connections that the kernel queues while the process is busy. The kernel does not accept further connections.
 * Node's default is 511, and Linux's default maximum is 4,096.
 */
const BACKLOG = 4096;
const MAX_PORT = 65_535;
/** Maximum wait for the ends of calls whose connections were closed, in milliseconds. */
const CALLS_END_MS = 2000;

/** Options of `serve`. */
export interface ServeOptions {
  /** Port to listen on, up to 65,535. 0 selects a free port. @default 4141 */
  readonly port?: number | undefined;
  /** Address to listen on. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /**
   * Time for which `close` still accepts connections after it has called the gateway's `drain`, in milliseconds. During this
   * time, load balancers can detect that the gateway is not ready. @default 0
   */
  readonly drainMs?: number | undefined;
  /**
   * Whether to accept WebSockets at `/v1/responses`. Each `response.create` of a socket is a request to the gateway. Requires the
   * package `ws`. @default false, which answers an upgrade with 426, so that clients use HTTP
   */
  readonly sockets?: boolean | undefined;
}

const KINDS: KindsOf<ServeOptions> = {
  port: integer(0, MAX_PORT),
  host: 'string',
  drainMs: number(0),
  sockets: 'boolean',
};

/** Listening server of a gateway. */
export interface Served {
  /** URL of the server without a path, such as `http://127.0.0.1:4141`. */
  readonly url: string;
  /**
   * Stops the server after `drainMs`. The server then accepts no new connections, but responds to requests that have arrived.
   * After `graceMs` milliseconds (default 10,000), it closes the connections of unfinished responses, and waits at most 2 seconds
   * until their calls have ended. A ledger that is flushed afterwards contains the calls that have ended.
   */
  close(graceMs?: number): Promise<void>;
}

/** Serves a gateway on Node with `@hono/node-server`. Rejects with `config` for invalid options, if a package is missing, or if it cannot listen. */
export async function serve(gateway: ServedGateway, options: ServeOptions = {}): Promise<Served> {
  checkOptions('serve', { gateway }, { gateway: 'object with fetch' }, ['gateway']);
  checkOptions('serve', options, KINDS);
  const { port = 4141, host = '127.0.0.1', drainMs = 0 } = options;
  const { getRequestListener } = await loadAdapter();
  // Clients reuse idle connections. With Node's default of 5 s, a request could arrive while the connection is being closed.
  const times = { headersTimeout: 15_000, requestTimeout: 300_000, keepAliveTimeout: 65_000 };
  const sockets = options.sockets === true ? await Sockets.load(gateway) : undefined;
  const server = createServer(
    sockets === undefined ? times : { ...times, shouldUpgradeCallback: isSocketRequest },
  );
  const shutdown = new Shutdown(server);
  sockets?.listen(server);
  const maxBytes = (): number => gateway.maxBodyBytes ?? DEFAULT_MAX_BYTES;
  const listener = getRequestListener(
    async (request, bindings) => {
      const { incoming, outgoing } = bindings as HttpBindings;
      const context: PlatformContext = {
        ...(isFromHere(incoming) && { [FROM_LOOPBACK]: true }),
        // The gateway calls this for a client that does not read its event stream.
        [CUT]: () => outgoing.destroy(),
      };
      const response = await gateway.fetch(request, context);
      // The connection cannot serve another request before the rest of a refused body has arrived.
      if (response.status >= 400 && !(await hasArrived(incoming, maxBytes())))
        outgoing.setHeader('connection', 'close');
      if (!isEventStream(response)) return response;
      // An event stream that uses GET belongs to a page and not to a call. It never ends by itself, so it would delay `close`.
      if (request.method === 'GET') shutdown.endsWithServer(outgoing);
      return chunked(response, incoming);
    },
    // By default, the adapter replaces the global `Request` and `Response`, and discards a body without a limit of time.
    { overrideGlobalObjects: false, autoCleanupIncoming: false },
  );
  server.on('request', (incoming, outgoing) => {
    if (!isAcceptedTarget(incoming)) {
      outgoing.writeHead(400, { connection: 'close' }).end();
      return;
    }
    if (isSocketRequest(incoming)) {
      refuseSocket(outgoing);
      return;
    }
    // The target of `OPTIONS *` would not be a valid URL.
    if (incoming.url === '*') incoming.url = '/';
    cutIdleClient(outgoing, gateway.idleMs ?? DEFAULT_IDLE_MS);
    discardUnread(incoming, outgoing, maxBytes());
    void listener(incoming, outgoing);
  });
  await listening(server, port, host);
  return {
    url: urlOf(server.address() as AddressInfo),
    async close(graceMs = 10_000) {
      gateway.drain?.();
      if (drainMs > 0) await new Promise<void>((resume) => systemClock.timer(drainMs, resume));
      sockets?.drain();
      await shutdown.close(graceMs);
      await gateway.callsEnded?.(CALLS_END_MS);
    },
  };
}

/** Loads the optional peers of the package. A static import would fail with Node's message, which states no remedy. */
const loadAdapter = (): Promise<typeof import('@hono/node-server')> =>
  import('@hono/node-server').catch((cause: unknown) => {
    const message = 'serve: hono and @hono/node-server are required; npm install hono @hono/node-server';
    throw new LlmError('config', message, { code: 'missing-package' }, { cause });
  });

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new LlmError(
          'config',
          `cannot listen on ${host}:${port}: ${cause.message}; use another host or port`,
          {},
          { cause },
        ),
      );
    });
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
}

const urlOf = ({ address, port, family }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
