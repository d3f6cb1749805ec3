import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Limit for connections that the kernel has accepted already, and the event-loop turns without one that end the wait. */
const ARRIVING_MS = 250;
const QUIET_TURNS = 10;

/** Closes a server without losing a request that has arrived. */
export class Shutdown {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly endless = new Set<ServerResponse>();
  private isClosing = false;

  constructor(server: Server) {
    this.server = server;
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('request', (_, outgoing) => {
      outgoing.once('close', () => {
        this.endless.delete(outgoing);
        // Node counts the connection as idle after this event.
        if (this.isClosing) setImmediate(() => server.closeIdleConnections());
      });
    });
  }

  /** Ends this response when the server closes. */
  endsWithServer(outgoing: ServerResponse): void {
    this.endless.add(outgoing);
    if (this.isClosing) setImmediate(() => outgoing.end());
  }

  async close(graceMs: number): Promise<void> {
    this.isClosing = true;
    for (const outgoing of this.endless) outgoing.end();
    await this.arrived(Math.min(graceMs, ARRIVING_MS));
    // To Node, a connection without any request is busy with its first one.
    for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
    await this.closed(graceMs);
  }

  /**
   * Waits until no connection has come for some turns of the event loop: Node accepts few of them in each turn, and the kernel
   * resets those that still wait, requests included, when the server stops listening.
   */
  private async arrived(maxMs: number): Promise<void> {
    const until = performance.now() + maxMs;
    let quiet = 0;
    const restart = (): void => {
      quiet = 0;
    };
    this.server.on('connection', restart);
    while (quiet++ < QUIET_TURNS && performance.now() < until)
      await new Promise((next) => setImmediate(next));
    this.server.off('connection', restart);
  }

  private closed(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.server.closeAllConnections();
      }, graceMs);
      this.server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      this.server.closeIdleConnections();
    });
  }
}
