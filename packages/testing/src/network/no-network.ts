import { Socket } from 'node:net';
import { isLoopback, type Destination } from './destination.ts';

/** Thrown into the socket that wanted to leave the machine. */
export interface BlockedConnection extends Error {
  readonly code: 'ENETBLOCKED';
  readonly host: string;
}

/**
 * Lets no TCP connection leave this machine: anything but loopback and local sockets fails at once, before a name is
 * looked up, with an error that names the host. Returns what ends the guard. For the set-up file of a test runner.
 *
 * @example
 * const restore = noNetwork();
 * afterAll(restore);
 */
export function noNetwork(): () => void {
  // Every TCP client of Node ends here: http, https, tls, http2 and the global fetch. It is called on its socket.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const connect = Socket.prototype.connect;
  const guarded = function (this: Socket, ...args: unknown[]): Socket {
    const to = destination(args);
    if (to === undefined || isLoopback(to)) return Reflect.apply(connect, this, args) as Socket;
    const error = blocked(to);
    process.nextTick(() => this.destroy(error));
    return this;
  };
  Socket.prototype.connect = guarded;
  return () => {
    if (Socket.prototype.connect === guarded) Socket.prototype.connect = connect;
  };
}

/** `connect(options)`, `connect(port, host)`, `connect(path)`; Node's own callers hand over a normalised list. */
function destination(args: readonly unknown[]): Destination | undefined {
  const [first, second] = args;
  if (Array.isArray(first)) return destination(first);
  if (typeof first === 'object' && first !== null) {
    const { host, port, path } = first as { host?: unknown; port?: unknown; path?: unknown };
    if (typeof path === 'string' && port === undefined) return undefined;
    return { host: typeof host === 'string' ? host : 'localhost', port: String(port) };
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return undefined;
  return { host: typeof second === 'string' ? second : 'localhost', port: String(first) };
}

function blocked({ host, port }: Destination): BlockedConnection {
  const message = `noNetwork: a connection to ${host}:${port} was blocked; tests talk to 127.0.0.1 only`;
  return Object.assign(new Error(message), { code: 'ENETBLOCKED' as const, host });
}
