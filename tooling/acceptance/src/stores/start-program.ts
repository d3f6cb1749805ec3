import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { afterAll } from 'vitest';
import { linesIn } from './lines.ts';

const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Running process of a program of this folder, which is killed at the end of the test file. */
export interface RunningProgram {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** Writes an object as a line of the input. */
  send(order: object): void;
  /** Returns the next line that the process prints. At its end, returns `undefined` as text. */
  line(): Promise<string>;
  /** Closes the input, and waits for the end of the process. */
  end(): Promise<void>;
  /** Kills the process with SIGKILL. */
  kill(): Promise<void>;
}

/** Starts `<name>-process.ts`. */
export function startProgram(name: string, ...args: readonly string[]): RunningProgram {
  const script = new URL(`${name}-process.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = linesIn(child.stdout);
  const exit = once(child, 'exit');
  return {
    child,
    send: (order) => void child.stdin.write(`${JSON.stringify(order)}\n`),
    line: async () => String((await lines.next()).value),
    async end() {
      child.stdin.end();
      await exit;
    },
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
