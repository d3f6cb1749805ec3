import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterAll } from 'vitest';

type Child = ChildProcessByStdio<Writable, Readable, null>;
const children: Child[] = [];

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Running process of a program of this folder, which is killed at the end of the test file. */
export interface RunningProgram {
  /** Exit code of the process, or the signal that ended it. */
  readonly ended: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>;
  /** Writes an object as a line of the input. */
  send(order: object): void;
  /** Returns the next line that the process prints. At its end, returns `undefined` as text. */
  line(): Promise<string>;
  /** Closes the input, and waits for the end of the process. */
  end(): Promise<void>;
  /** Kills the process with SIGKILL. */
  kill(): Promise<void>;
}

/** Starts `<name>-process.ts`, whose name contains its folder, such as `stores/job`. */
export function startProgram(name: string, ...args: readonly string[]): RunningProgram {
  const script = join(import.meta.dirname, `${name}-process.ts`);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    ended,
    send: (order) => void child.stdin.write(`${JSON.stringify(order)}\n`),
    line: async () => String((await lines.next()).value),
    async end() {
      child.stdin.end();
      await ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
