import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LlmError } from '@majordomo/core';
import { isAcceptedTarget } from '../accepted-target.ts';
import type { ServedGateway } from '../served-gateway.ts';
import { refusalResponse } from '../../response/refusal-response.ts';
import { responsesFailure } from '../../openai-chat/failure.ts';
import { cutIdleSocket, DEFAULT_IDLE_MS } from '../streaming.ts';
import { SocketRequests } from './requests.ts';
import { Session, STOPPING } from './session.ts';

/** Maximum size of a message in bytes for a gateway without `maxBodyBytes`. */
const DEFAULT_MAX_BYTES = 33_554_432;

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
    const refusal = await requests.refusal(signal);
    if (refusal !== undefined || this.isDraining) {
      await refuse(incoming, connection, refusal ?? refusalResponse(STOPPING, responsesFailure));
      return;
    }
    const { maxBodyBytes: maxBytes = DEFAULT_MAX_BYTES, idleMs = DEFAULT_IDLE_MS } = this.gateway;
    const server = new this.ws.WebSocketServer({
      noServer: true,
      clientTracking: false,
      autoPong: false,
      maxPayload: maxBytes,
    });
    server.handleUpgrade(incoming, connection, head, (socket) => {
      const session = new Session(socket, { requests, signal, maxBytes });
      this.sessions.add(session);
      socket.on('close', () => this.sessions.delete(session));
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
