import { existsSync, readFileSync } from 'node:fs';
import { check, fact, type Check } from './check.ts';
import type { FloodReport } from './flood-process.ts';
import { endingOf, idleOf } from './load.ts';
import { idleStates, runMeasured, startServers, sumOf, type Server, type ServerState } from './processes.ts';
import { FLOOD_PIECE, FLOOD_PIECES } from './script.ts';

const KIBIBYTE = 1024;
/** Maximum number of bytes that a paused stream may hold in the process. */
const MOST_HELD = 256 * KIBIBYTE;
const LONGEST_MS = 120_000;
/** Table of the kernel with its connections. */
const TABLE = '/proc/net/tcp';

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
  const baseURLs = servers.map(({ first }) => first.baseURL);
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
  const states = await Promise.all(servers.map((server) => server.ask()));
  const ports = new Set(servers.map(({ first }) => Number(new URL(first.baseURL).port)));
  return { sent: sumOf(states, 'sent'), queued: queuedFor(ports) };
}

const kibibytes = (bytes: number): string => `${(bytes / KIBIBYTE).toFixed(0)} KiB`;

/**
 * Returns the bytes that the kernel buffers for connections to a port of 127.0.0.1, at both ends; `undefined` if the system
 * does not report them. A line of the table has the addresses of this end and of the other end, and both queues as `sending:received`
 * in hexadecimal digits. At the end of the server, the sent bytes wait. At the end of the client, the received bytes wait.
 */
function queuedFor(ports: ReadonlySet<number>): number | undefined {
  if (!existsSync(TABLE)) return undefined;
  let queued = 0;
  for (const line of readFileSync(TABLE, 'utf8').trim().split('\n').slice(1)) {
    const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/);
    const [sending = '0', received = '0'] = queues.split(':');
    if (ports.has(portOf(local))) queued += Number.parseInt(sending, 16);
    else if (ports.has(portOf(remote))) queued += Number.parseInt(received, 16);
  }
  return queued;
}

const portOf = (address: string): number => Number.parseInt(address.split(':')[1] ?? '', 16);
