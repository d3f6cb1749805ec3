import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** Running program that executes the orders of a test. */
export interface RunningProgram {
  /** Exit code of the process, or the signal that ended it. */
  readonly ended: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>;
  /** Writes an order as a line of the input. */
  send(order: object): void;
  /** Returns the next line that the program prints. At its end, returns `undefined` as text. */
  line(): Promise<string>;
  /** Sends an order, and returns the line that the program prints for it. */
  execute(order: object): Promise<string>;
  /** Closes the input, and waits for the end of the program. */
  end(): Promise<void>;
  /** Kills the program with SIGKILL. */
  kill(): Promise<void>;
}

/** Starts a Node program, which is killed after the test. */
export function startProgram(script: string, ...args: readonly string[]): RunningProgram {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const send = (order: object): void => void child.stdin.write(`${JSON.stringify(order)}\n`);
  const line = async (): Promise<string> => String((await lines.next()).value);
  return {
    ended,
    send,
    line,
    execute(order) {
      send(order);
      return line();
    },
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
