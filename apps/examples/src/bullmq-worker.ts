import type { Agent, Decision, Runs } from '@majordomo/agent';
import { callsThatWait, decided } from '@majordomo/agent/steps';
import { Worker, type ConnectionOptions, type Queue } from 'bullmq';
import { continueRun, type WorkerStores } from './run-worker.ts';

/**
 * Job with the id of a run. The store contains the run. BullMQ repeats the job of a killed worker. The repeated job waits until
 * the run's lease ends.
 */
type Job = { readonly runId: string };
const RETRY = { attempts: 20, backoff: { type: 'fixed', delay: 1000 }, removeOnComplete: true };

/** Continues runs until they end or wait for a decision. Any number of these workers can run. */
export const runWorker = (stores: WorkerStores, agent: Agent, connection: ConnectionOptions): Worker<Job> =>
  new Worker<Job>(
    'runs',
    async ({ data: { runId } }, _token, signal = new AbortController().signal) => {
      if (!(await continueRun(stores, agent, runId, signal)))
        throw new Error(`run ${runId} is held by another worker`);
    },
    { connection, concurrency: 10 },
  );

/** Starts a run. The run is saved before the job is added, so that every job has a run. */
export async function start(
  { runs, queue }: { readonly runs: Runs; readonly queue: Queue<Job> },
  agent: Agent,
  runId: string,
  question: string,
): Promise<void> {
  await runs.save(runId, agent.begin(question));
  await queue.add('go on', { runId }, RETRY);
}

/** Records a person's decision on a waiting tool call. */
export async function decide(
  { runs, queue }: { readonly runs: Runs; readonly queue: Queue<Job> },
  runId: string,
  decision: Decision,
): Promise<void> {
  const state = await runs.load(runId);
  if (state === undefined) throw new Error(`run ${runId} does not exist`);
  // An approved call may have started in a worker, so it accepts no other decision.
  if (!callsThatWait(state).some(({ id }) => id === decision.callId)) {
    await runs.release(runId);
    throw new Error(`call ${decision.callId} does not wait for a decision`);
  }
  await runs.save(runId, decided(state, [decision]));
  await queue.add('go on', { runId }, RETRY);
}
