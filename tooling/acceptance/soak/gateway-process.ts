/** A gateway in a process of its own, before vendors whose addresses it is given. Says whenever asked what it holds. */
import { serve } from '@majordomo/gateway/node';
import { gatewayBefore } from './gateway-chain.ts';

/** What the gateway says of itself. */
export interface GatewayState {
  readonly baseURL: string;
  /** Bytes after a full collection. */
  readonly heap: number;
  readonly rss: number;
  /** Connections of clients and to vendors. */
  readonly sockets: number;
  /** Milliseconds of CPU since it began. */
  readonly cpuMs: number;
}

const served = await serve(gatewayBefore(process.argv.slice(2)), { port: 0 });
const collect = globalThis.gc;
const FULL = { type: 'major', execution: 'sync', flavor: 'last-resort' } as const;

/** `settled`: also of what waits for a finalizer, which runs after a collection and leaves its work to the next one. */
const tell = async (how?: unknown): Promise<void> => {
  for (let more = how === 'settled' ? 2 : 0; more > 0; more--) {
    collect?.(FULL);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  collect?.(FULL);
  if (!process.connected) return;
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const state: GatewayState = {
    baseURL: served.url,
    heap: heapUsed + external,
    rss,
    sockets: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
    cpuMs: (user + system) / 1000,
  };
  // The one who asked may be gone by now.
  process.send?.(state, undefined, undefined, () => undefined);
};
process.on('message', (how) => void tell(how));
process.once('disconnect', () => {
  void served.close(0);
});
await tell('settled');
