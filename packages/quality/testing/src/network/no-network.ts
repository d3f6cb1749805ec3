import { Socket } from 'node:net';

/** Error of a connection that `noNetwork` blocked. */
export interface BlockedConnection extends Error {
  readonly code: 'ENETBLOCKED';
  readonly host: string;
}

/**
 * Blocks TCP connections to other machines. A blocked connection fails before the name lookup, with an error that names the host.
 * Loopback connections and local sockets still work. Call `noNetwork` in a setup file. Returns a function that removes the block.
 *
 * @example
 * const restore = noNetwork();
 * afterAll(restore);
 */
export function noNetwork(): () => void {
  // All TCP clients of Node use this method: http, https, tls, http2 and the global fetch.
  // oxlint-disable-next-line typescript/unbound-method
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

/** Returns the destination in the arguments of `connect`; `undefined` for a local socket. Node itself passes an array. */
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
  const message = `noNetwork: blocked a connection to ${host}:${port}; connect to a server on 127.0.0.1`;
  return Object.assign(new Error(message), { code: 'ENETBLOCKED' as const, host });
}

/** Destination of a TCP connection. */
interface Destination {
  readonly host: string;
  readonly port: string;
}

/** Whether a host is `localhost`, `*.localhost`, ::1 or in 127.0.0.0/8, including IPv4-mapped and bracketed forms. */
export function isLoopback({ host }: Destination): boolean {
  const bare = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true;
  if (/^(?:::|(?:0+:){7})0*1$/.test(bare)) return true;
  return /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(bare);
}
