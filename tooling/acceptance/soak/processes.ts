import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CHAIN } from './chain.ts';
import { GONE, IDLE_MS } from './last-words.ts';
import { sumOf, type ServerState } from './server-state.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A wire server in a process of its own. */
export interface Server {
  readonly baseURL: string;
  state(): Promise<ServerState>;
  end(): Promise<void>;
}

/** One server for each target of the chain. `args`: more of the script's. */
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

/** The servers' states when they have seen every connection close, or a second before the client is gone. */
export async function idleStates(servers: readonly Server[]): Promise<readonly ServerState[]> {
  const until = performance.now() + IDLE_MS - 1000;
  for (;;) {
    const states = await Promise.all(servers.map((server) => server.state()));
    if (sumOf(states, 'connections') === 0 || performance.now() > until) return states;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** How a measured process came to its end. */
export interface Ending {
  readonly code: number | null;
  /** From its report until nothing kept it alive. */
  readonly lingeredMs: number;
}

/** Runs a process that prints its findings line by line. One that is not over after `ms` is ended. */
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
    // Few of the allocator's arenas: what one has freed another cannot use.
    env: { ...process.env, MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' },
  });
  const deadline = setTimeout(() => child.kill('SIGKILL'), ms);
  const exit = once(child, 'exit');
  let lingeredMs = Infinity;
  const heard: Promise<void>[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith(GONE)) lingeredMs = Number(line.slice(GONE.length));
    else heard.push(Promise.resolve(onLine(line)));
  }
  await Promise.all(heard);
  const [code] = (await exit) as [number | null];
  clearTimeout(deadline);
  return { code, lingeredMs };
}
