import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Load balancer: one address for several workers. */
export interface Balancer extends AsyncDisposable {
  readonly port: number;
  /** Returns the number of connections to the worker at this port. */
  taken(port: number): number;
  /** Permanently closes all connections to the worker at this port. The worker continues to run. */
  cutOff(port: number): void;
}

/** Starts a balancer. A connection goes to the first worker that accepts it. */
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
