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
  private readonly watchers = new Set<ServerResponse>();
  private readonly responses = new Set<ServerResponse>();
  private isClosing = false;

  constructor(server: Server) {
    this.server = server;
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    // `server.close` closes idle connections, and Node treats a connection as idle although its response is still being sent.
    const closeIdle = server.closeIdleConnections.bind(server);
    server.closeIdleConnections = () => {
      if (![...this.responses].some(({ writableEnded }) => writableEnded)) closeIdle();
    };
    server.on('request', (_, outgoing) => {
      this.responses.add(outgoing);
      outgoing.once('close', () => {
        this.responses.delete(outgoing);
        this.watchers.delete(outgoing);
        // Node treats the connection as idle only after the `close` event of the response.
        if (this.isClosing) setImmediate(() => server.closeIdleConnections());
      });
    });
  }

  /** Registers a response that does not end by itself. The response ends when the server closes. */
  endsWithServer(outgoing: ServerResponse): void {
    this.watchers.add(outgoing);
    if (this.isClosing) setImmediate(() => outgoing.end());
  }

  async close(graceMs: number): Promise<void> {
    this.isClosing = true;
    for (const outgoing of this.watchers) outgoing.end();
    await this.arrived(Math.min(graceMs, ARRIVING_MS));
    // `closeIdleConnections` does not close connections that have sent no request.
    for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
    await this.closed(graceMs);
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

  private closed(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = systemClock.timer(graceMs, () => {
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
