import { check, fact, type Check } from './check.ts';
import { gatewayCallers } from './gateway-callers.ts';
import type { GatewayState } from './gateway-process.ts';
import { idleStates, startReporter, startServers, sumOf, type Reporter } from './processes.ts';

const MIB = 1024 * 1024;
/** Maximum memory per open stream, in KiB. */
const STREAM_KIB = 150;
/** Maximum memory per ended stream, in bytes. A call that leaves an entry in a list or map exceeds it. */
const LEFT_BYTES = 1024;
/** Time between two events of a stream in milliseconds. A stream takes about half a minute. */
const EVENT_MS = 1000;
/** Time between the starts of two clients in milliseconds. Starting all at once would test the kernel's queue. */
const RAMP_MS = 4;
/** Time in milliseconds to wait for idle connections to vendors, which stay open for a few seconds. */
const QUIET_MS = 15_000;

/** Runs concurrent streams through a gateway whose vendors fail. */
export async function gatewayLoad(seconds: number, streams: number): Promise<readonly Check[]> {
  const servers = await startServers('server-process.ts', String(EVENT_MS));
  const baseURLs = servers.map(({ first }) => first.baseURL);
  const gateway = await startReporter<GatewayState>('gateway-process.ts', baseURLs, ['--expose-gc']);
  const { first: empty } = gateway;
  // Let each client run one stream, so that code is compiled and one-time objects exist.
  const warmUp = await gatewayCallers(empty.baseURL, streams, (calls) => calls >= streams, RAMP_MS);
  const warm = await quiet(gateway);
  const heaps: number[] = [];
  const began = performance.now();
  const isOver = (): boolean => performance.now() - began > seconds * 1000;
  const sampling = setInterval(() => {
    if (!isOver()) void gateway.ask().then(({ heap }) => heaps.push(heap));
  }, 5000);
  const met = await gatewayCallers(empty.baseURL, streams, isOver, RAMP_MS);
  clearInterval(sampling);
  const after = await quiet(gateway);
  await gateway.end();
  const states = await idleStates(servers);
  await Promise.all(servers.map((server) => server.end()));
  const broken = [...warmUp.broken, ...met.broken];
  const each = (Math.max(warm.heap, ...heaps) - empty.heap) / streams / 1024;
  const left = (after.heap - warm.heap) / met.calls;
  return [
    fact('streams', `${met.calls}, ${JSON.stringify(met.ends)}; before them one of each client`),
    check(
      'every stream ends completely or with an error',
      broken.length === 0,
      broken.slice(0, 5).join('; '),
    ),
    check('no vendor sends data without a reader', sumOf(states, 'open') === 0, `${sumOf(states, 'open')}`),
    check('heap an open stream', each < STREAM_KIB, `${each.toFixed(1)} KiB`),
    check(
      'heap that a stream leaves behind',
      left < LEFT_BYTES,
      `${Math.round(left)} bytes (${inMib(warm.heap)} before these streams, ${inMib(after.heap)} after)`,
    ),
    check('connections left', after.sockets === 0, String(after.sockets)),
    fact(
      'CPU a stream',
      `${((after.cpuMs - warm.cpuMs) / met.calls).toFixed(2)} ms, with collections for the samples`,
    ),
    fact('memory', `${inMib(after.rss)} at the end, ${inMib(empty.rss)} before`),
  ];
}

const inMib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;

/** Returns the state when all connections are closed, or after a timeout. */
async function quiet(gateway: Reporter<GatewayState>): Promise<GatewayState> {
  const until = performance.now() + QUIET_MS;
  while ((await gateway.ask()).sockets > 0 && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 500));
  return gateway.ask('settled');
}
