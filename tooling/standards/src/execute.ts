import { spawn } from 'node:child_process';

/** Environment, folder and time limit of a process. */
export interface ExecuteOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Maximum time in milliseconds. */
  readonly timeout: number;
}

/** Runs a command without standard input. Returns its status and its joined outputs. */
export function execute(
  command: string,
  args: readonly string[],
  options: ExecuteOptions,
): Promise<{ readonly status: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const append = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', append);
    child.stderr.setEncoding('utf8').on('data', append);
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, output });
    });
  });
}
