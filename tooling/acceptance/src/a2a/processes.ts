import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';

/** Process of a test, which serves at `origin`. */
export interface Served {
  readonly origin: string;
  /** Ends the process with SIGKILL. */
  kill(): Promise<void>;
}

/** Starts a program, whose path is relative to this folder, and which prints its address. The process ends with the test at the latest. */
export async function start(program: string, args: readonly string[]): Promise<Served> {
  const script = resolve(import.meta.dirname, program);
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  const [line] = (await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => Promise.reject(new Error(`${program} ended`))),
  ])) as [Buffer];
  return { origin: line.toString().trim(), kill };
}

/** Files of a served agent. */
export interface ServerFiles {
  readonly database: string;
  readonly log: string;
  /** Returns the calls of tools so far. */
  calls(): readonly string[];
}

/** Returns the files of a served agent in a new folder, which is removed after the test. */
export function filesOfServer(): ServerFiles {
  const folder = mkdtempSync(join(tmpdir(), 'a2a-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const log = join(folder, 'log');
  return {
    database: join(folder, 'a2a.db'),
    log,
    calls: (): readonly string[] =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
        : [],
  };
}
