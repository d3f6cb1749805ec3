import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../build/packages.ts';

export type Outcome = 'passed' | 'failed' | 'too slow';

let running: ChildProcess | undefined;

/** Runs the tests below `filters` of a package in a separate process group until the first failure. */
export function runTests(folder: string, filters: readonly string[], limitMs: number): Promise<Outcome> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const preload = join(import.meta.dirname, 'end-with-parent.ts');
  const config = join(import.meta.dirname, 'vitest.config.ts');
  const options = ['run', '--root', folder, '--config', config];
  const child = spawn(process.execPath, ['--import', preload, vitest, ...options, ...filters], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  running = child;
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endTests();
    }, limitMs);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      endTests();
      resolve(isLate ? 'too slow' : code === 0 ? 'passed' : 'failed');
    });
  });
}

/** Kills the process group, because a test may have started processes. */
export function endTests(): void {
  const { pid } = running ?? {};
  running = undefined;
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The process has already ended.
  }
}
