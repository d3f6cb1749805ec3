/** A gateway in a separate process, for vendors at the given addresses. Reports its state on request. */
import { serve } from '@majordomo/gateway/node';
import { gatewayBefore } from './gateway-chain.ts';

/** State that the gateway reports. */
export interface GatewayState {
  readonly baseURL: string;
  /** Memory after a full garbage collection, in bytes. */
  readonly heap: number;
  readonly rss: number;
  /** Number of connections from clients and to vendors. */
  readonly sockets: number;
  /** CPU time since the start, in milliseconds. */
  readonly cpuMs: number;
}

const served = await serve(gatewayBefore(process.argv.slice(2)), { port: 0 });
const collect = globalThis.gc;
const FULL = { type: 'major', execution: 'sync', flavor: 'last-resort' } as const;

/** Returns the state. `settled`: collects twice, because objects with a finalizer are released only by the second collection. */
const report = async (how?: unknown): Promise<void> => {
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
  // Ignore the error if the requester has disconnected.
  process.send?.(state, undefined, undefined, () => undefined);
};
process.on('message', (how) => void report(how));
process.once('disconnect', () => {
  void served.close(0);
});
await report('settled');
