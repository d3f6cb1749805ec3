import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@majordomo/services';
import { chaos, type ChaosOptions, type Outcome, type Runs } from './chaos.ts';
import { runOf } from '../src/durable/dbos-run.ts';
import { supervised } from '../src/durable/supervised.ts';

/** Runs the chaos test on DBOS, with a separate PostgreSQL and worker. The worker receives all runs at once. */
export async function chaosOnDbos(options: Omit<ChaosOptions, 'kill'>): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-chaos-'));
  await using postgres = await startPostgres();
  await using worker = await supervised('dbos', [folder, `${postgres.url}_dbos`, 'worker']);
  const engine: Runs = {
    start: (runId) => worker.ask({ ask: 'start', runId }),
    of: (runId) => runOf(worker, runId),
  };
  try {
    return await chaos(engine, folder, { ...options, kill: () => worker.kill() });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
