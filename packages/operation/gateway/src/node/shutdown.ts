import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { systemClock } from '@majordomo/core';

/**
 * Maximum time to wait for connections that the kernel has already accepted, in milliseconds. The wait ends earlier after
 * `QUIET_TURNS` turns of the event loop without a new connection.
 */
const ARRIVING_MS = 2000;
const QUIET_TURNS = 10;

/** Shutdown of a server without the loss of requests that have arrived. */
export class Shutdown {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  /** Responses that end only with the server. */
  private readonly unending = new Set<ServerResponse>();
  private readonly responses = new Set<ServerResponse>();
  private isClosing = false;

  constructor(server: Server) {
    this.server = server;
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    // `server.close` calls `closeIdleConnections`, and Node treats a connection as idle although its response is still being sent.
    const closeIdle = server.closeIdleConnections.bind(server);
    server.closeIdleConnections = () => {
      if (![...this.responses].some(({ writableEnded }) => writableEnded)) closeIdle();
    };
    server.on('request', (_, outgoing) => {
      this.responses.add(outgoing);
      outgoing.once('close', () => {
        this.responses.delete(outgoing);
        this.unending.delete(outgoing);
        // Node treats the connection as idle only after the `close` event of the response.
        if (this.isClosing) setImmediate(() => server.closeIdleConnections());
      });
    });
  }

  /** Registers a response that does not end by itself. The response ends when the server closes. */
  endsWithServer(outgoing: ServerResponse): void {
    this.unending.add(outgoing);
    // The caller sends the head of the response after this call.
    if (this.isClosing) setImmediate(() => outgoing.end());
  }

  /**
   * Stops listening and resolves when all connections are closed. Responses may end within `graceMs` milliseconds. Then their
   * connections are closed.
   */
  async close(graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    this.isClosing = true;
    for (const outgoing of this.unending) outgoing.end();
    await this.arrived(Math.min(graceMs, ARRIVING_MS));
    // `closeIdleConnections` does not close connections that have sent no request.
    for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
    await this.closed(Math.max(0, deadline - performance.now()));
  }

  /**
   * Waits until no connection arrives for `QUIET_TURNS` turns of the event loop, because Node accepts only some of the queued
   * connections in each turn. When the server stops listening, the kernel resets the connections that are still queued.
   */
  private async arrived(maxMs: number): Promise<void> {
    const until = performance.now() + maxMs;
    let quiet = 0;
    this.server.on('connection', () => (quiet = 0));
    while (quiet++ < QUIET_TURNS && performance.now() < until)
      await new Promise((next) => setImmediate(next));
  }

  /** Stops listening and waits until all connections are closed. Closes them after `maxMs` milliseconds. */
  private closed(maxMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = systemClock.timer(maxMs, () => {
        this.server.closeAllConnections();
        // Node does not count WebSockets among the connections of the server.
        for (const socket of this.sockets) socket.destroy();
      });
      this.server.close(() => {
        cancel();
        resolve();
      });
      this.server.closeIdleConnections();
    });
  }
}
