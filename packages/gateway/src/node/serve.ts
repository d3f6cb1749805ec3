import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { LlmError } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/provider';
import { directly } from '../direct.ts';
import { FROM_LOOPBACK, type PlatformContext } from '../platform-context.ts';
import type { Gateway } from '../gateway.ts';
import { lingered } from './incoming-body.ts';
import { isFromHere } from './loopback.ts';
import { requestOf } from './request-of.ts';
import { isStream, send } from './send.ts';

/** Connections that the kernel keeps while we are busy; those beyond Node's 511 were reset. Kernels take 4,096 at most. */
const WAITING = 4096;

const MOST_PORTS = 65_535;

/** Under load somebody comes in every turn. */
const ARRIVING_MS = 250;
const QUIET_TURNS = 10;

/** Of a client of a gateway that is not ours to ask. */
const IDLE_MS = 60_000;

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
  /** Hears those that have come, takes no more, lets streams end, and closes what is left after `graceMs` (default 10,000). */
  close(graceMs?: number): Promise<void>;
}

/**
 * A gateway behind a `node:http` server. Listens on 127.0.0.1 unless told otherwise. Rejects with `config` where it cannot
 * listen.
 */
export async function serve(gateway: Gateway, options: ServeOptions = {}): Promise<Served> {
  checkOptions('serve', { gateway }, { gateway: 'object with fetch' }, ['gateway']);
  checkOptions('serve', options, KINDS);
  const { port = 4141, host = '127.0.0.1' } = options;
  if (!Number.isInteger(port) || port > MOST_PORTS)
    throw new LlmError('config', `serve: port must be a whole number up to ${MOST_PORTS}, not ${port}`, {
      path: 'port',
    });
  const state: State = { isClosing: false, endless: new Set() };
  const server = createServer({ headersTimeout: 15_000, requestTimeout: 300_000, keepAliveTimeout: 65_000 });
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    outgoing.on('close', () => {
      // The connection counts as idle only after this event.
      if (state.isClosing)
        setImmediate(() => {
          server.closeIdleConnections();
        });
    });
    void handled(gateway, incoming, outgoing, state);
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listening(server, port, host);
  return {
    url: urlOf(server.address() as AddressInfo),
    async close(graceMs = 10_000) {
      state.isClosing = true;
      for (const left of state.endless) left.abort();
      await arrived(server, Math.min(graceMs, ARRIVING_MS));
      // Opened by clients that ask later, perhaps: to Node they are busy with a first request.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      return closed(server, graceMs);
    },
  };
}

interface State {
  isClosing: boolean;
  /** Streams that end with the server alone: pages that watch it. */
  readonly endless: Set<AbortController>;
}

async function handled(
  gateway: Gateway,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  state: State,
): Promise<void> {
  const left = new AbortController();
  outgoing.on('close', () => {
    // An abort tells a stack: nobody needs it of an answer that was taken.
    if (!outgoing.writableFinished) left.abort();
  });
  const request = requestOf(incoming, left.signal);
  if (request === undefined) {
    outgoing.writeHead(400, { connection: 'close' }).end();
    return;
  }
  const context: PlatformContext = isFromHere(incoming) ? { [FROM_LOOPBACK]: true } : {};
  const direct = directly(gateway);
  const answer = await (direct === undefined
    ? gateway.fetch(request, context)
    : direct.answer(request, context));
  // An answer of a call is no `Response`.
  const isEndless = direct !== undefined && answer instanceof Response && isStream(answer);
  if (isEndless) state.endless.add(left);
  if (isEndless && state.isClosing) left.abort();
  await send(answer, { outgoing, left: left.signal, idleMs: direct?.idleMs ?? IDLE_MS });
  state.endless.delete(left);
  lingered(incoming, request.body);
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new LlmError('config', `cannot listen on ${host}:${port}: ${cause.message}`, {}, { cause }));
    });
    server.listen({ port, host, backlog: WAITING }, resolve);
  });
}

/**
 * Until nobody has come for some turns of the event loop: Node takes few connections in each, and the kernel resets those that still
 * wait when it stops to listen, requests and all.
 */
async function arrived(server: Server, mostMs: number): Promise<void> {
  const until = performance.now() + mostMs;
  let quiet = 0;
  const came = (): void => {
    quiet = 0;
  };
  server.on('connection', came);
  while (quiet++ < QUIET_TURNS && performance.now() < until) await new Promise((next) => setImmediate(next));
  server.off('connection', came);
}

const urlOf = ({ address, port, family }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;

function closed(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
    }, graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
