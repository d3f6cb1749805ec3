import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Server of a test in a separate process and folder. */
export interface Server extends AsyncDisposable {
  readonly pid: number;
  /** Pauses the process; connections remain open. */
  pause(): void;
  resume(): void;
  /** Kills the process with SIGKILL. The folder remains. */
  kill(): Promise<void>;
  /** Starts the server again after `kill`, with the same folder and ports. */
  start(): Promise<void>;
  /** Ends the process and removes its folder. May be called twice. */
  stop(): Promise<void>;
}

/** Description of how a kind of server is started. */
export interface Recipe {
  readonly binary: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** Whether the server is ready. Rejects or returns false until then. */
  readonly isReady: () => Promise<boolean>;
  /** Signal for a fast shutdown. */
  readonly stopBy: NodeJS.Signals;
  /** User for servers that reject root. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

const READY_MS = 30_000;
const MAX_STARTS = 10;
const RESTART_MS = 500;
const READY_EVERY_MS = 20;
const STOP_MS = 5000;
const running = new Set<ChildProcess>();

// End the server if the test process exits unexpectedly.
const killAll = (): void => {
  for (const child of running) child.kill('SIGKILL');
};
process.once('exit', killAll);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.once(signal, () => {
    killAll();
    process.kill(process.pid, signal);
  });

/** Creates an empty folder for one server. */
export function serverFolder(name: string, user?: Recipe['user']): string {
  const folder = mkdtempSync(join(tmpdir(), `majordomo-${name}-`));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return folder;
}

/** Starts the server and waits until it is ready. Rejects with its output if it fails. */
export async function startServer(recipe: Recipe): Promise<Server> {
  let child = await launched(recipe);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    // A paused process handles no other signal.
    child.kill('SIGCONT');
    await ended(child, signal);
  };
  const stop = async (): Promise<void> => {
    await end(recipe.stopBy);
    rmSync(recipe.folder, { recursive: true, force: true });
  };
  return {
    get pid() {
      return child.pid ?? 0;
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: () => ended(child, 'SIGKILL'),
    async start() {
      for (let tries = 1; ; tries++) {
        try {
          child = await launched(recipe);
          return;
        } catch (error) {
          // PostgreSQL does not start until the worker processes of a killed server have ended.
          if (tries === MAX_STARTS) throw error;
          await setTimeout(RESTART_MS);
        }
      }
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function launched({ binary, args, folder, isReady, user, env }: Recipe): Promise<ChildProcess> {
  const log = join(folder, 'server.log');
  const output = openSync(log, 'a');
  const child = spawn(binary, args, {
    ...user,
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  running.add(child);
  child.once('exit', () => running.delete(child));
  const until = Date.now() + READY_MS;
  while (!(await isReady().catch(() => false))) {
    if (isOver(child) || Date.now() > until) {
      await ended(child, 'SIGKILL');
      throw new Error(`${binary} did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
    }
    await setTimeout(READY_EVERY_MS);
  }
  return child;
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (isOver(child)) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  const enough = new AbortController();
  const late = setTimeout(STOP_MS, undefined, { signal: enough.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  await exit;
  enough.abort();
  await late;
}

const isOver = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;
