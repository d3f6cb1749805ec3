import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server on which answers can be held up. */
export interface SlowWay {
  readonly url: string;
  /** Holds the messages of the server from now on. */
  hold(): void;
  /** How many answers wait. */
  waiting(): number;
  /** Releases the held messages and later ones. */
  release(): void;
  close(): Promise<void>;
}

/** Questions pass at once; answers when they may. */
export async function slowWayTo(port: number): Promise<SlowWay> {
  const sockets = new Set<Socket>();
  let waiting: (() => void)[] | undefined;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined).on('close', () => other.destroy());
    }
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      if (waiting === undefined) near.write(bytes);
      else waiting.push(() => near.write(bytes));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => {
      waiting = [];
    },
    waiting: () => waiting?.length ?? 0,
    release() {
      const all = waiting ?? [];
      waiting = undefined;
      for (const pass of all) pass();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
