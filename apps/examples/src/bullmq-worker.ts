import type { Agent, Decision } from '@majordomo/agent';
import { decided } from '@majordomo/agent/steps';
import type { RunStore } from '@majordomo/store-sqlite';
import { Worker, type ConnectionOptions, type Queue } from 'bullmq';
import { goneOn } from './run-worker.ts';

/** A job is the id of a run; the run is in the store. A job of a killed worker comes again, and waits for the run's lease. */
type Job = { readonly runId: string };
const AGAIN = { attempts: 20, backoff: { type: 'fixed', delay: 1000 }, removeOnComplete: true };

/** Takes runs to their end, or to where somebody has to decide; as many of these as you like. */
export const runWorker = (runs: RunStore, agent: Agent, connection: ConnectionOptions): Worker<Job> =>
  new Worker<Job>(
    'runs',
    async ({ data: { runId } }, _token, signal = new AbortController().signal) => {
      if (!(await goneOn(runs, agent, runId, signal))) throw new Error(`another worker has ${runId}`);
    },
    { connection, concurrency: 10 },
  );

/** A new run: saved first, so that no job is without one. */
export async function start(
  { runs, queue }: { readonly runs: RunStore; readonly queue: Queue<Job> },
  agent: Agent,
  runId: string,
  question: string,
): Promise<void> {
  await runs.save(runId, agent.begin(question));
  await queue.add('go on', { runId }, AGAIN);
}

/** What a person said of a call that waits. */
export async function decide(
  { runs, queue }: { readonly runs: RunStore; readonly queue: Queue<Job> },
  runId: string,
  decision: Decision,
): Promise<void> {
  const state = await runs.load(runId);
  if (state === undefined) throw new Error(`there is no run ${runId} that is free`);
  await runs.save(runId, decided(state, [decision]));
  await queue.add('go on', { runId }, AGAIN);
}
