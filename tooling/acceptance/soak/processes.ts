import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CHAIN } from './chain.ts';
import { GONE, IDLE_MS } from './last-words.ts';
import { sumOf, type ServerState } from './server-state.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Server in a separate process. */
export interface Server {
  readonly baseURL: string;
  state(): Promise<ServerState>;
  end(): Promise<void>;
}

/** Starts a server for each target of the chain. `args`: additional arguments of the script. */
export const startServers = (script: string, ...args: readonly string[]): Promise<readonly Server[]> =>
  Promise.all(CHAIN.map(({ wire }, at) => startServer(script, [wire.name, String(at), ...args])));

async function startServer(script: string, args: readonly string[]): Promise<Server> {
  const child = fork(fileOf(script), args, { execArgv: ['--unhandled-rejections=strict'] });
  const { baseURL } = await nextState(child);
  return {
    baseURL,
    state() {
      child.send('tell');
      return nextState(child);
    },
    async end() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

async function nextState(child: ChildProcess): Promise<ServerState> {
  const [state] = (await once(child, 'message')) as [ServerState];
  return state;
}

/** Returns the states of the servers when all connections are closed, or one second before the client exits. */
export async function idleStates(servers: readonly Server[]): Promise<readonly ServerState[]> {
  const until = performance.now() + IDLE_MS - 1000;
  for (;;) {
    const states = await Promise.all(servers.map((server) => server.state()));
    if (sumOf(states, 'connections') === 0 || performance.now() > until) return states;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Exit of a measured process. */
export interface Ending {
  readonly code: number | null;
  /** Time from the report until nothing kept the process alive, in milliseconds. */
  readonly lingeredMs: number;
}

/** Runs a process that prints its findings line by line. Ends the process after `ms`. */
export async function runMeasured(
  name: string,
  args: readonly string[],
  ms: number,
  onLine: (line: string) => void | Promise<void>,
  flags: readonly string[] = [],
): Promise<Ending> {
  const all = ['--expose-gc', '--unhandled-rejections=strict', ...flags];
  const child = spawn(process.execPath, [...all, fileOf(name), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Use few memory arenas, because one arena cannot use the memory that another has freed.
    env: { ...process.env, MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' },
  });
  const deadline = setTimeout(() => child.kill('SIGKILL'), ms);
  const exit = once(child, 'exit');
  let lingeredMs = Infinity;
  const reports: Promise<void>[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith(GONE)) lingeredMs = Number(line.slice(GONE.length));
    else reports.push(Promise.resolve(onLine(line)));
  }
  await Promise.all(reports);
  const [code] = (await exit) as [number | null];
  clearTimeout(deadline);
  return { code, lingeredMs };
}
