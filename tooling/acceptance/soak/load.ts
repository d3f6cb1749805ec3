import { check, fact, type Check } from './check.ts';
import type { LoadReport, Sample } from './load-process.ts';
import { idleStates, runMeasured, startServers, sumOf, type Ending, type ServerState } from './processes.ts';

const MEBIBYTE = 1024 * 1024;
const MOST_BYTES_A_MINUTE = MEBIBYTE;
/**
 * End of the warm-up, in which code is compiled and pools and caches are filled. A number of calls is also required, because a
 * busy machine needs thirty seconds for the work of five.
 */
const WARM_UP_SECONDS = 30;
const WARM_UP_CALLS = 2500;
/** Minimum duration of the samples for a line. A shorter duration does not show the growth per minute. */
const SHORTEST_LINE_SECONDS = 30;

/** Maximum heap size. A small heap is collected often, so the memory of the process becomes stable during the warm-up. */
const SMALL_HEAP = ['--max-semi-space-size=4', '--max-old-space-size=256'];

/** Runs the load against three servers and checks the outcomes and the remaining resources. */
export async function load(seconds: number, streams: number): Promise<readonly Check[]> {
  const servers = await startServers('server-process.ts');
  let report: LoadReport | undefined;
  let idle: readonly ServerState[] = [];
  const args = [seconds, streams, ...servers.map(({ first }) => first.baseURL)].map(String);
  const ending = await runMeasured(
    'load-process.ts',
    args,
    (seconds + 90) * 1000,
    async (line) => {
      if (line === 'idle') idle = await idleStates(servers);
      else report = JSON.parse(line) as LoadReport;
    },
    SMALL_HEAP,
  );
  await Promise.all(servers.map((server) => server.end()));
  if (report === undefined) return [check('the load ran to its end', false, `code ${ending.code ?? 'none'}`)];
  return [
    ...callsOf(report),
    fact('RSS every ten seconds, MiB', series(report.rss)),
    slope('RSS', report.rss, true),
    slope('heap and external memory', report.heap, false),
    ...leftOf(report),
    ...idleOf(idle),
    endingOf(ending),
  ];
}

function callsOf({ calls, ends, wrong, slowestMs, warnings }: LoadReport): readonly Check[] {
  const ended = Object.values(ends).reduce((sum, count) => sum + count, 0);
  const list = Object.entries(ends).sort(([, a], [, b]) => b - a);
  return [
    ...list.map(([how, count]) => fact(`calls ${how}`, String(count))),
    fact('slowest call', `${(slowestMs / 1000).toFixed(1)} s`),
    check('every call ended', ended === calls && calls > 0, `${ended} of ${calls}`),
    check('with the exact answer or a typed error', wrong.length === 0, wrong.join('; ') || 'all'),
    check('warnings of the process', warnings.length === 0, warnings.join('; ') || 'none'),
  ];
}

/** Returns the first sample of each ten seconds. */
function series(samples: readonly Sample[]): string {
  const tens = new Map<number, number>();
  for (const { seconds, bytes } of samples) {
    const ten = Math.floor(seconds / 10);
    if (!tens.has(ten)) tens.set(ten, Math.round(bytes / MEBIBYTE));
  }
  return [...tens.values()].join(' ');
}

function slope(what: string, samples: readonly Sample[], isJudged: boolean): Check {
  const line = samples.filter(({ seconds, calls }) => seconds >= WARM_UP_SECONDS && calls >= WARM_UP_CALLS);
  const [first = samples[0], last = samples.at(-1)] = [line[0], line.at(-1)];
  const now = `${inMebibytes(last?.bytes ?? 0)} at the end`;
  const fit = slopeOf(line);
  const spanned = (last?.seconds ?? 0) - (first?.seconds ?? 0);
  if (fit === undefined || spanned < SHORTEST_LINE_SECONDS)
    return fact(`${what} over time`, `${now}; not judged: too short a run`);
  const { perMinute, error } = fit;
  const span = `over ${Math.round(spanned)} s, ${line.length} samples`;
  const found = `${inMebibytes(perMinute)} a minute (± ${inMebibytes(error)}) ${span}; ${now}`;
  if (!isJudged) return fact(`${what} over time`, found);
  const isWithinBound = perMinute < MOST_BYTES_A_MINUTE;
  // On a busy machine, the samples are few and scattered. Do not report a value that they do not support.
  if (!isWithinBound && perMinute - 2 * error < MOST_BYTES_A_MINUTE)
    return fact(`${what} over time`, `UNDECIDED on a machine as busy as this: ${found}`);
  return check(`${what} over time`, isWithinBound, found);
}

/** Straight line through samples. */
interface Slope {
  readonly perMinute: number;
  /** Standard error of `perMinute`. */
  readonly error: number;
}

/** Fits a line by least squares. Returns `undefined` for fewer than three samples. */
function slopeOf(samples: readonly Sample[]): Slope | undefined {
  if (samples.length < 3) return undefined;
  const count = samples.length;
  const meanX = samples.reduce((sum, { seconds }) => sum + seconds, 0) / count;
  const meanY = samples.reduce((sum, { bytes }) => sum + bytes, 0) / count;
  let over = 0;
  let under = 0;
  for (const { seconds, bytes } of samples) {
    over += (seconds - meanX) * (bytes - meanY);
    under += (seconds - meanX) ** 2;
  }
  const slope = over / under;
  let missed = 0;
  for (const { seconds, bytes } of samples) missed += (bytes - meanY - slope * (seconds - meanX)) ** 2;
  return { perMinute: slope * 60, error: Math.sqrt(missed / (count - 2) / under) * 60 };
}

const inMebibytes = (bytes: number): string => `${(bytes / MEBIBYTE).toFixed(2)} MiB`;

function leftOf({ listeners, resources: { before, after }, poolClosed }: LoadReport): readonly Check[] {
  return [
    check('listeners on the shared signal', listeners === 0, String(listeners)),
    check('timers and sockets left', after.join() === before.join(), after.join(' ') || 'none'),
    check(
      'no response holds the pool of connections',
      poolClosed,
      poolClosed ? 'it closed' : 'it did not close',
    ),
  ];
}

/** Checks the servers while the client has finished and is still alive. */
export const idleOf = (states: readonly ServerState[]): readonly Check[] => [
  check(
    'responses open at the servers',
    states.length > 0 && sumOf(states, 'open') === 0,
    `${sumOf(states, 'open')}`,
  ),
  check(
    'connections open at the servers',
    sumOf(states, 'connections') === 0,
    `${sumOf(states, 'connections')}`,
  ),
];

/** Checks that nothing kept the measured process alive. */
export const endingOf = ({ code, lingeredMs }: Ending): Check =>
  check(
    'the process ends by itself within a second',
    code === 0 && lingeredMs < 1000,
    `code ${code ?? 'none'}, after ${Math.round(lingeredMs)} ms`,
  );
