/** A gateway in a process of its own, before vendors whose addresses it is given. Says whenever asked what it holds. */
import { serve } from '@majordomo/gateway/node';
import { gatewayBefore } from './gateway-chain.ts';

/** What the gateway says of itself. */
export interface GatewayState {
  readonly baseURL: string;
  /** Bytes after a full collection. */
  readonly heap: number;
  readonly rss: number;
  /** Milliseconds of CPU since it began. */
  readonly cpuMs: number;
}

const served = await serve(gatewayBefore(process.argv.slice(2)), { port: 0 });
const collect = globalThis.gc;

const tell = (): void => {
  if (!process.connected) return;
  collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const state: GatewayState = {
    baseURL: served.url,
    heap: heapUsed + external,
    rss,
    cpuMs: (user + system) / 1000,
  };
  // The one who asked may be gone by now.
  process.send?.(state, undefined, undefined, () => undefined);
};
process.on('message', tell);
process.once('disconnect', () => {
  void served.close(0);
});
tell();
