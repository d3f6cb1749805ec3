import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restateAgentClient } from '@majordomo/durable-restate';
import { freePorts, startRestate } from '@majordomo/services';
import { chaos, type ChaosOptions, type Outcome, type Runs } from './chaos.ts';
import { runOf } from '../src/durable/restate-run.ts';
import { supervised } from '../src/durable/supervised.ts';

/** Runs the chaos test on Restate, with a separate server and worker. */
export async function chaosOnRestate(options: Omit<ChaosOptions, 'kill'>): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-chaos-'));
  const [port = 0] = await freePorts(1);
  await using restate = await startRestate();
  await using worker = await supervised('restate', [folder, `${port}`]);
  await restate.register(`http://127.0.0.1:${port}`);
  const runs = restateAgentClient('scenario', { ingress: restate.ingress });
  try {
    const engine: Runs = {
      start: (runId) => runs.start(runId, 'go'),
      of: (runId) => runOf(runs, runId),
    };
    return await chaos(engine, folder, { ...options, kill: () => worker.kill() });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
