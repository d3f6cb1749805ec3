import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** Running program that executes the orders of a test. */
interface Program {
  /** Sends an order, and returns the line that the program prints for it. */
  execute(order: object): Promise<string>;
  /** Ends the program after its orders, or at once with a signal. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a Node program, and waits until it prints its first line. The program is killed after the test. */
export async function startProgram(script: string, ...values: readonly string[]): Promise<Program> {
  const child = spawn(process.execPath, [script, ...values], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await lines.next();
  return {
    async execute(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return String((await lines.next()).value);
    },
    async end(signal) {
      if (signal === undefined) child.stdin.end();
      else child.kill(signal);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
