import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** Place at which a connection is cut: before the server receives a request, before its reply, or within its reply. */
export const CONNECTION_CUTS = ['request', 'reply', 'within'] as const;

export type ConnectionCut = (typeof CONNECTION_CUTS)[number];

/** Proxy between a client and a server of this machine, which cuts one connection. */
export interface CutProxy extends AsyncDisposable {
  readonly port: number;
  /** Cuts the connection at the request with this number, from 0. A request is what a client writes at once. */
  cutAt(cut: ConnectionCut, number: number): void;
  /** Whether the cut has happened, or none is planned. */
  readonly hasCut: boolean;
}

/** Starts a proxy to a port on 127.0.0.1. */
export async function startCutProxy(target: number): Promise<CutProxy> {
  let next: { readonly cut: ConnectionCut; left: number } | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    const end = (): void => {
      for (const socket of [client, upstream]) {
        sockets.delete(socket);
        socket.destroy();
      }
    };
    let cutting: ConnectionCut | undefined;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    client.on('data', (bytes) => {
      if (next !== undefined && next.left-- === 0) {
        cutting = next.cut;
        next = undefined;
      }
      if (cutting === 'request') end();
      else upstream.write(bytes);
    });
    upstream.on('data', (bytes: Buffer) => {
      if (cutting === undefined) client.write(bytes);
      else if (cutting === 'within') client.write(bytes.subarray(0, bytes.length / 2), end);
      else end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cutAt(cut, number) {
      next = { cut, left: number };
    },
    get hasCut() {
      return next === undefined;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
