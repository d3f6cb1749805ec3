import type { RunningProgram } from '@majordomo/services';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { onTestFinished } from 'vitest';
import { startNamed } from '../start-named.ts';

/** Served agent, whose files are removed after the test. */
export interface ServedAgent {
  /** Starts a process that serves the agent. `aheadMs`: time by which its clock is ahead, in milliseconds. */
  start(aheadMs?: number): Promise<RunningProgram & { readonly origin: string }>;
  /** Returns the calls of tools so far. */
  calls(): readonly string[];
}

export function servedAgent(): ServedAgent {
  const folder = testFolder();
  const log = join(folder, 'log');
  return {
    async start(aheadMs = 0) {
      const program = startNamed('a2a/serve', join(folder, 'a2a.db'), log, String(aheadMs));
      onTestFinished(() => program.kill());
      return { ...program, origin: await program.line() };
    },
    calls: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
        : [],
  };
}
