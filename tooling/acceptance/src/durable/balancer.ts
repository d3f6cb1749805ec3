import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One address before several workers, as a fleet has it. */
export interface Balancer extends AsyncDisposable {
  readonly port: number;
  /** How many connections have gone to the worker of this port. */
  taken(port: number): number;
  /** Cuts what leads to this worker off, permanently; the worker itself lives on. */
  cutOff(port: number): void;
}

/** Connections go to the first of the workers that takes them. */
export async function balancerBefore(ports: readonly number[]): Promise<Balancer> {
  const left = new Set(ports);
  const lines = new Map<Socket, number>();
  const taken = new Map<number, number>();
  const server = createServer((near) => {
    void (async () => {
      near.on('error', () => undefined);
      for (const port of left) {
        const far = connect(port, '127.0.0.1');
        try {
          await once(far, 'connect');
        } catch {
          continue;
        }
        taken.set(port, (taken.get(port) ?? 0) + 1);
        lines.set(far, port);
        far.on('error', () => undefined);
        far.once('close', () => {
          lines.delete(far);
          near.destroy();
        });
        near.once('close', () => far.destroy());
        near.pipe(far).pipe(near);
        return;
      }
      near.destroy();
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    taken: (port) => taken.get(port) ?? 0,
    cutOff(port) {
      left.delete(port);
      for (const [far, to] of lines) if (to === port) far.destroy();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const far of lines.keys()) far.destroy();
      await once(server, 'close');
    },
  };
}
