import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GONE, IDLE_MS } from './measured.ts';
import { CHAIN } from './script.ts';

const fileOf = (name: string): string => join(import.meta.dirname, name);

/** State that a server reports. */
export interface ServerState {
  readonly baseURL: string;
  /** Number of responses that have not ended. */
  readonly open: number;
  readonly connections: number;
  /** Number of bytes of open responses that were passed to the kernel. */
  readonly sent: number;
}

/** Returns the sum of a number over several servers. */
export const sumOf = (states: readonly ServerState[], what: 'open' | 'connections' | 'sent'): number =>
  states.reduce((sum, state) => sum + state[what], 0);

/** Separate process that reports its state at the start and for each question. */
export interface Reporter<State> {
  /** State at the start. */
  readonly first: State;
  ask(question?: string): Promise<State>;
  /** Disconnects from the process, which then ends. */
  end(): Promise<void>;
}

/** Starts a script of this folder, and waits for its first state. */
export async function startReporter<State>(
  script: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<Reporter<State>> {
  const child = fork(fileOf(script), args, { execArgv: ['--unhandled-rejections=strict', ...flags] });
  const next = async (): Promise<State> => {
    const [state] = (await once(child, 'message')) as [State];
    return state;
  };
  return {
    first: await next(),
    ask(question = 'tell') {
      const state = next();
      child.send(question);
      return state;
    },
    async end() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

export type Server = Reporter<ServerState>;

/** Starts a server for each target of the chain. `args`: additional arguments of the script. */
export const startServers = (script: string, ...args: readonly string[]): Promise<readonly Server[]> =>
  Promise.all(
    CHAIN.map(({ wire }, at) => startReporter<ServerState>(script, [wire.name, String(at), ...args])),
  );

/** Returns the states of the servers when all connections are closed, or one second before the client exits. */
export async function idleStates(servers: readonly Server[]): Promise<readonly ServerState[]> {
  const until = performance.now() + IDLE_MS - 1000;
  for (;;) {
    const states = await Promise.all(servers.map((server) => server.ask()));
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

/**
 * Runs a process that prints its findings line by line, and at its exit the time for which it was kept alive (`sendReport`). Ends the process
 * after `ms`.
 */
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
