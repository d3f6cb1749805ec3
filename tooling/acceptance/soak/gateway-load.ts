import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { check, told, type Check } from './check.ts';
import { gatewayCallers } from './gateway-callers.ts';
import type { GatewayState } from './gateway-process.ts';
import { idleStates, startServers } from './processes.ts';
import { sumOf } from './server-state.ts';
import { slopeOf, type Sample } from './slope.ts';

const MIB = 1024 * 1024;
/** Of heap, from a third of the time on: what comes before is warming up. */
const RISE_MIB_A_MINUTE = 4;
const STREAM_KIB = 150;
/** Between two events of a stream: about half a minute for all of them. */
const EVENT_MS = 1000;
/** Between the first streams of two clients: all at once would be a test of the kernel's queue. */
const RAMP_MS = 4;

/** So many streams at a time through a gateway for so many seconds, over vendors that fail. */
export async function gatewayLoad(seconds: number, streams: number): Promise<readonly Check[]> {
  const servers = await startServers('server-process.ts', String(EVENT_MS));
  const child = fork(
    fileURLToPath(new URL('gateway-process.ts', import.meta.url)),
    servers.map(({ baseURL }) => baseURL),
    { execArgv: ['--expose-gc', '--unhandled-rejections=strict'] },
  );
  const idle = await nextState(child);
  const samples: (Sample & { readonly state: GatewayState })[] = [];
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  const sampling = setInterval(() => {
    // Clients leave one by one at the end.
    if (elapsed() > seconds) return;
    void asked(child).then((state) => {
      samples.push({ seconds: elapsed(), calls: 0, bytes: state.heap, state });
    });
  }, 5000);
  const met = await gatewayCallers(idle.baseURL, streams, () => elapsed() > seconds, RAMP_MS);
  clearInterval(sampling);
  const after = await asked(child);
  child.disconnect();
  await once(child, 'exit');
  const states = await idleStates(servers);
  await Promise.all(servers.map((server) => server.end()));
  const slope = seconds < 60 ? undefined : slopeOf(samples.filter(({ seconds: at }) => at > seconds / 3));
  const most = Math.max(0, ...samples.map(({ bytes }) => bytes));
  const each = (most - idle.heap) / streams / 1024;
  return [
    told('streams', `${met.calls}, ${JSON.stringify(met.ends)}`),
    check(
      'every stream ends whole or with an error',
      met.broken.length === 0,
      met.broken.slice(0, 5).join('; '),
    ),
    check(
      'no vendor is asked for what nobody reads',
      sumOf(states, 'open') === 0,
      `${sumOf(states, 'open')}`,
    ),
    check('heap a stream', each < STREAM_KIB, `${each.toFixed(1)} KiB`),
    check(
      'heap is flat',
      slope === undefined || slope.perMinute - 2 * slope.error < RISE_MIB_A_MINUTE * MIB,
      slope === undefined
        ? 'too short to say'
        : `${(slope.perMinute / MIB).toFixed(2)} MiB a minute (±${(slope.error / MIB).toFixed(2)})`,
    ),
    told(
      'CPU a stream',
      `${((after.cpuMs - idle.cpuMs) / met.calls).toFixed(2)} ms, with collections for the samples`,
    ),
    told('memory', `${Math.round(after.rss / MIB)} MiB at the end, ${Math.round(idle.rss / MIB)} before`),
  ];
}

async function nextState(child: ChildProcess): Promise<GatewayState> {
  const [state] = (await once(child, 'message')) as [GatewayState];
  return state;
}

function asked(child: ChildProcess): Promise<GatewayState> {
  const state = nextState(child);
  child.send('tell');
  return state;
}
