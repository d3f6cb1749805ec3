import { spawn, type SpawnOptions } from 'node:child_process';

const LIMIT_MS = 180_000;

/** Runs a program and returns what it printed. Throws with its output if it fails, or takes more than `timeout`, by default three minutes. */
export function run(
  command: string,
  args: readonly string[],
  { timeout = LIMIT_MS, ...options }: Omit<SpawnOptions, 'stdio'> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { timeout, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    child.once('error', reject);
    child.once('close', (code) => {
      // A package manager or turbo may end with 0 after the signal of the timeout.
      if (code === 0 && !child.killed) {
        resolve(output);
        return;
      }
      const end = child.killed ? `was stopped after ${timeout / 1000} s` : `ended with ${code}`;
      reject(new Error(`${command} ${args.join(' ')} ${end}:\n${output.trim()}`));
    });
  });
}
