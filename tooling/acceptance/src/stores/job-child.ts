import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { afterAll } from 'vitest';
import type { OpenStores } from './job-engines.ts';
import { SPACE, type JobProcess } from './job-world.ts';
import { linesIn } from './lines.ts';

const PROGRAM = new URL('job-process.ts', import.meta.url).pathname;
const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Running process of `job-process.ts`, which is killed at the end of the test file. */
export interface JobChild {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** Returns the next line that the process prints. At its end, returns `undefined` as text. */
  line(): Promise<string>;
  readonly exit: Promise<unknown>;
  /** Kills the process with SIGKILL. */
  kill(): Promise<void>;
}

export function startProcess(facts: JobProcess): JobChild {
  const args = ['--disable-warning=ExperimentalWarning', PROGRAM, JSON.stringify(facts)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = linesIn(child.stdout);
  const exit = once(child, 'exit');
  return {
    child,
    line: async () => String((await lines.next()).value),
    exit,
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Ends the lease of a job, as after 30 seconds. */
export async function endLease({ records }: OpenStores, key: string): Promise<void> {
  for (;;) {
    const found = await records.get(SPACE, key);
    if (found?.dueMs === undefined) return;
    const { version } = found;
    if ((await records.write(SPACE, [{ type: 'touch', key, version, dueMs: 0 }])) !== undefined) return;
  }
}
