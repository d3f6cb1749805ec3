import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LlmError } from '@majordomo/core';
import { isAcceptedTarget } from '../incoming.ts';
import type { ServedGateway } from '../served-gateway.ts';
import { refusalResponse } from '../../response/refusal-response.ts';
import { Refusal } from '../../errors/refusal.ts';
import type { SocketPlace } from '../../socket-limit.ts';
import { responsesFailure } from '../../openai-chat/failure.ts';
import { cutIdleSocket, DEFAULT_IDLE_MS } from '../streaming.ts';
import { SocketRequests } from './requests.ts';
import { Session, STOPPING } from './session.ts';

/** Maximum number of fragments of a message. Each uses over 100 bytes in addition to its content. */
const MAX_FRAGMENTS = 16_384;

const NO_CONTEXT = new Refusal(
  'unsupported',
  'this server accepts no sockets, because `fetch` of its gateway does not receive the second argument of `serve`',
);

type Ws = typeof import('ws');

/** WebSockets of a server. */
export class Sockets {
  private readonly gateway: ServedGateway;
  private readonly ws: Ws;
  private readonly sessions = new Set<Session>();
  private isDraining = false;

  private constructor(gateway: ServedGateway, ws: Ws) {
    this.gateway = gateway;
    this.ws = ws;
  }

  /** Loads the package `ws`, and returns the sockets of a gateway. Rejects with `config` if the package is missing. */
  static async load(gateway: ServedGateway): Promise<Sockets> {
    const ws = await import('ws').catch((cause: unknown) => {
      const message = 'serve: sockets require the package ws; npm install ws';
      throw new LlmError('config', message, { code: 'missing-package' }, { cause });
    });
    return new Sockets(gateway, ws);
  }

  /** Accepts the upgrades of a server. Throws `config` if the platform would also pass upgrades to other protocols. */
  listen(server: Server): void {
    if (!('shouldUpgradeCallback' in server))
      throw new LlmError('config', 'serve: sockets require Node 22.21, 24.9 or later', { path: 'sockets' });
    server.on('upgrade', (incoming: IncomingMessage, duplex: Duplex, head: Buffer) => {
      const connection = duplex as Socket;
      connection.on('error', () => connection.destroy());
      if (isAcceptedTarget(incoming))
        this.upgrade(incoming, connection, head).catch(() => connection.destroy());
      else connection.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    });
  }

  /** Accepts no further requests. Closes each socket after its requests in progress. */
  drain(): void {
    this.isDraining = true;
    for (const session of this.sessions) session.drain();
  }

  private async upgrade(incoming: IncomingMessage, connection: Socket, head: Buffer): Promise<void> {
    const signal = disconnectSignal(connection);
    const requests = new SocketRequests(this.gateway, incoming);
    let place: SocketPlace | undefined;
    const onPlace = (given: SocketPlace): void => {
      place = given;
      connection.once('close', given.leave);
      if (connection.destroyed) given.leave();
    };
    const refusal = await requests.open(onPlace, signal);
    if (refusal !== undefined || this.isDraining || place === undefined) {
      const own = this.isDraining ? STOPPING : NO_CONTEXT;
      await refuse(incoming, connection, refusal ?? refusalResponse(own, responsesFailure));
      return;
    }
    const { idleMs = DEFAULT_IDLE_MS } = this.gateway;
    const session = { requests, signal, place };
    const server = new this.ws.WebSocketServer({
      noServer: true,
      clientTracking: false,
      autoPong: false,
      maxPayload: place.maxBytes,
      maxFragments: MAX_FRAGMENTS,
    });
    server.handleUpgrade(incoming, connection, head, (socket) => {
      const opened = new Session(socket, session);
      this.sessions.add(opened);
      socket.on('close', () => this.sessions.delete(opened));
      // Counts a chunk before `ws` reads it, because the chunk that completes a message ends the count.
      connection.prependListener('data', (chunk: Uint8Array) => opened.countReceived(chunk.length));
      cutIdleSocket(connection, idleMs);
    });
  }
}

/** Returns a signal that aborts when the client disconnects, or when the socket has been closed. */
function disconnectSignal(connection: Socket): AbortSignal {
  const controller = new AbortController();
  for (const event of ['end', 'finish', 'close'])
    connection.once(event, () => {
      controller.abort();
    });
  return controller.signal;
}

/** Sends a response instead of the upgrade, and closes the connection. */
async function refuse(incoming: IncomingMessage, connection: Socket, response: Response): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const outgoing = new ServerResponse(incoming);
  outgoing.assignSocket(connection);
  outgoing.setHeaders(response.headers);
  outgoing.setHeader('connection', 'close');
  outgoing.writeHead(response.status).end(body, () => {
    connection.destroySoon();
  });
}
