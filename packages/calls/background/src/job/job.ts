import { LlmError } from '@majordomo/core';
import type { ChatJob, Job, JobStatus } from '../contract.ts';
import { positionOf } from '../events/cursor.ts';
import { Driver } from '../drive/driver.ts';
import { JobEventStream } from './job-stream.ts';
import { untilEnd } from '../drive/job-wait.ts';
import { sumOfLegs } from '../money/money.ts';
import { settleLeg } from '../money/job-ledger.ts';
import { cancelledLeg } from '../legs/left-work.ts';
import {
  answerOf,
  attemptsOf,
  hasWork,
  loadRecord,
  requireRecord,
  runningJob,
  saveRecord,
  SPACE,
} from '../record/record.ts';
import type { JobRecord, LoadedRecord } from '../record/record.ts';
import type { Setup } from '../setup.ts';
import { storedEvents } from '../events/stored-answer.ts';
import { restoredError, storedError } from '@majordomo/core/toolkit';

/** Time until the next look at a job that a process drives, in milliseconds. */
const LOOK_MS = 1000;
/** Maximum time until the next look that `status` returns, in milliseconds. */
const MAX_MS = 30_000;

/** Returns the job with this key in the store. */
export function chatJob(key: string, id: string, setup: Setup): ChatJob {
  return {
    operation: 'chat',
    ...jobFunctions(key, id, setup),
    stream: ({ after, signal } = {}) => {
      const position = after === undefined ? undefined : positionOf(after);
      return new JobEventStream({ open: () => Promise.resolve(id), setup, after: position, signal });
    },
    result: async ({ signal } = {}) => answerOf(await endOf(key, id, setup, signal)),
  };
}

/** Returns the members that jobs of all operations have. */
export const jobFunctions = (key: string, id: string, setup: Setup): Omit<Job<unknown>, 'result'> => ({
  key,
  status: async () => statusOf(await lookIfDue(id, setup)),
  cancel: () => cancelJob(id, setup),
  remove: () => removeJob(key, id, setup),
});

/** Drives the job, or waits for the process that drives it. Returns the record of the ended job. */
export function endOf(
  key: string,
  id: string,
  setup: Setup,
  signal: AbortSignal = new AbortController().signal,
): Promise<JobRecord> {
  return untilEnd(id, setup, signal).catch((cause: unknown) => {
    if (!signal.aborted) throw cause;
    const why = `the wait for job "${key}" was aborted; the job continues`;
    throw new LlmError('aborted', why, {}, { cause });
  });
}

/** Looks at a vendor's job that is due and that no process drives. Returns the record afterwards. */
async function lookIfDue(id: string, setup: Setup): Promise<LoadedRecord> {
  const stored = await requireRecord(id, setup);
  if (runningJob(stored.record) === undefined || (stored.stored.dueMs ?? 0) > 0) return stored;
  const driver = Driver.step(id, setup);
  // After a failover, a live call may have begun.
  await Promise.race([driver.done, driver.legStarted]);
  return requireRecord(id, setup);
}

function statusOf({ record, stored: { dueMs }, leaseMs }: LoadedRecord): JobStatus {
  const { key, state, error, legs } = record;
  const attempts = attemptsOf(record);
  const isDriven = leaseMs > 0 || runningJob(record) !== undefined;
  const isRunning = state === 'running';
  return {
    key,
    operation: record.operation ?? 'chat',
    target: legs.at(-1)?.target,
    state: isRunning && !isDriven ? 'queued' : state,
    progress: state === 'completed' ? 1 : legs.at(-1)?.job?.progress,
    attempts,
    error: error && restoredError(error, attempts),
    nanoUsd: sumOfLegs(record),
    nextMs: nextMsOf(leaseMs, dueMs),
  };
}

function nextMsOf(leaseMs: number, dueMs: number | undefined): number | undefined {
  if (dueMs === undefined) return undefined;
  return leaseMs > 0 ? LOOK_MS : Math.min(dueMs, MAX_MS);
}

/** Cancels a running job for all processes, and at its vendor. */
export async function cancelJob(id: string, setup: Setup): Promise<void> {
  for (;;) {
    const { record, stored } = await requireRecord(id, setup);
    if (record.state !== 'running') return;
    const { key, tenant, legs } = record;
    const why = new LlmError('aborted', `job "${key}" was cancelled`, { code: 'cancelled' });
    const error = storedError(why);
    const now = setup.clock.now();
    const ended = legs.map((leg) => cancelledLeg(leg, why, now));
    const driver = setup.drivers.get(id);
    // Readers of this process receive exactly the events that are stored.
    const log = driver?.log;
    log?.hold();
    const emitted = log && storedEvents(log);
    const cancelled: JobRecord = { ...record, state: 'cancelled', error, legs: ended, emitted };
    let saved: JobRecord | undefined;
    try {
      saved = await saveRecord(cancelled, stored, setup);
    } finally {
      if (saved === undefined) log?.release();
    }
    if (saved === undefined) continue;
    driver?.stop();
    setup.emit({ key, tenant, target: legs.at(-1)?.target, type: 'job-ended', state: 'cancelled' });
    if (!hasWork(cancelled)) return;
    await driver?.done.catch(() => undefined);
    // A later poll repeats what fails.
    await Driver.step(id, setup).done.catch(() => undefined);
    return;
  }
}

/** Books the costs that are not booked yet. A leg whose usage is not known yet costs its complete reservation. */
async function settleLegs(record: JobRecord, setup: Setup): Promise<void> {
  for (const [at, { job }] of record.legs.entries())
    if (job?.left.includes('settle') === true) await settleLeg(record, at + 1, setup);
}

async function removeJob(key: string, id: string, setup: Setup): Promise<void> {
  const { record } = await requireRecord(id, setup);
  for (;;) {
    const found = await loadRecord(id, setup);
    // The job was removed in the meantime, and its key may have another job.
    if (found?.record.token !== record.token) return;
    if (found.record.state === 'running')
      throw new LlmError('denied', `job "${key}" is running; cancel it, then remove it`);
    await settleLegs(found.record, setup);
    const { version } = found.stored;
    if ((await setup.records.write(SPACE, [{ type: 'remove', key: id, version }])) !== undefined) return;
  }
}
