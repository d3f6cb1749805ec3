import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Connection to a server whose responses can be delayed. */
export interface SlowTransport {
  readonly url: string;
  /** Delays the responses of the server from now on. */
  pause(): void;
  /** Number of delayed responses. */
  pendingCount(): number;
  /** Delivers the delayed responses, and later ones immediately. */
  release(): void;
  close(): Promise<void>;
}

/** Forwards requests immediately, and responses unless they are paused. */
export async function slowTransportTo(port: number): Promise<SlowTransport> {
  const sockets = new Set<Socket>();
  let pending: (() => void)[] | undefined;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const [socket, counterpart] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => counterpart.destroy());
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => {
      if (pending === undefined) client.write(bytes);
      else pending.push(() => client.write(bytes));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pause: () => {
      pending = [];
    },
    pendingCount: () => pending?.length ?? 0,
    release() {
      const delayed = pending ?? [];
      pending = undefined;
      for (const deliver of delayed) deliver();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
