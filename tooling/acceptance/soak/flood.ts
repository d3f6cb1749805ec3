import { check, fact, type Check } from './check.ts';
import type { FloodReport } from './flood-process.ts';
import { queuedFor } from './kernel-queues.ts';
import { endingOf, idleOf } from './load.ts';
import { idleStates, runMeasured, startServers, type Server } from './processes.ts';
import { FLOOD_PIECE, FLOOD_PIECES } from './script.ts';
import { sumOf, type ServerState } from './server-state.ts';

const KIBIBYTE = 1024;
const MOST_HELD = 256 * KIBIBYTE;
const LONGEST_MS = 120_000;

/** Number of sent and queued bytes of all connections. */
interface Look {
  readonly sent: number;
  readonly queued: number | undefined;
}

/** Runs slow consumers against servers that send more than any buffer can hold. */
export async function flood(perTarget: number): Promise<readonly Check[]> {
  const servers = await startServers('flood-server-process.ts');
  const looks: Look[] = [];
  let report: FloodReport | undefined;
  let idle: readonly ServerState[] = [];
  const baseURLs = servers.map(({ baseURL }) => baseURL);
  const ending = await runMeasured(
    'flood-process.ts',
    [String(perTarget), ...baseURLs],
    LONGEST_MS,
    async (line) => {
      if (line === 'paused') {
        looks.push(await look(servers));
        await new Promise((resolve) => setTimeout(resolve, 1000));
        looks.push(await look(servers));
      } else if (line === 'idle') idle = await idleStates(servers);
      else report = JSON.parse(line) as FloodReport;
    },
  );
  await Promise.all(servers.map((server) => server.end()));
  if (report === undefined)
    return [check('the readers ran to their end', false, `code ${ending.code ?? 'none'}`)];
  const { streams, held, bare, wrong, listeners, poolClosed } = report;
  const offered = Buffer.byteLength(FLOOD_PIECE) * FLOOD_PIECES;
  return [
    fact(
      'streams, of which each reader takes one delta',
      `${streams}, ${kibibytes(offered)} offered on each`,
    ),
    check('memory of a paused stream above a bare fetch', held - bare <= MOST_HELD, kibibytes(held - bare)),
    fact('of a bare fetch that read one piece', kibibytes(bare)),
    ...heldByWire(looks, streams),
    check('read on, aborted or left afterwards, as it should', wrong.length === 0, wrong.join('; ') || 'all'),
    check('listeners on the shared signal', listeners === 0, String(listeners)),
    check(
      'no response holds the pool of connections',
      poolClosed,
      poolClosed ? 'it closed' : 'it did not close',
    ),
    ...idleOf(idle),
    endingOf(ending),
  ];
}

/** Returns the bytes that the client has received: those that have left the kernel's queues. */
function heldByWire([first, second]: readonly Look[], streams: number): readonly Check[] {
  if (first === undefined || second === undefined) return [check('the servers were asked', false, 'no')];
  const moved = second.sent - first.sent;
  const still = check('bytes that still flow a second later', moved === 0, String(moved));
  if (second.queued === undefined)
    return [still, fact('bytes taken from the socket', 'not known on this system')];
  const taken = (second.sent - second.queued) / streams;
  return [
    still,
    fact('a connection: sent, of which in the kernel', perStream(second, streams)),
    check('bytes taken from the socket, a stream', taken <= MOST_HELD, kibibytes(taken)),
  ];
}

const perStream = ({ sent, queued = 0 }: Look, streams: number): string =>
  `${kibibytes(sent / streams)}, ${kibibytes(queued / streams)}`;

async function look(servers: readonly Server[]): Promise<Look> {
  const states = await statesOf(servers);
  const ports = new Set(servers.map(({ baseURL }) => Number(new URL(baseURL).port)));
  return { sent: sumOf(states, 'sent'), queued: queuedFor(ports) };
}

const statesOf = (servers: readonly Server[]): Promise<ServerState[]> =>
  Promise.all(servers.map((server) => server.state()));

const kibibytes = (bytes: number): string => `${(bytes / KIBIBYTE).toFixed(0)} KiB`;
