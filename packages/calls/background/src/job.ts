import { LlmError } from '@majordomo/core';
import type { ChatJob, JobStatus } from './contract.ts';
import { positionOf } from './cursor.ts';
import { JobEventStream } from './job-stream.ts';
import { untilEnd } from './job-wait.ts';
import { sumOfLegs } from './money.ts';
import { answerOf, attemptsOf, loadRecord, requireRecord, saveRecord, type LoadedRecord } from './record.ts';
import type { Setup } from './setup.ts';
import { errorOf, storedError } from './stored-answer.ts';

/** Time until the next look at a job that another process drives, in milliseconds. */
const LOOK_MS = 1000;

/** Returns the job with this key in the store. */
export function chatJob(key: string, id: string, setup: Setup): ChatJob {
  return {
    operation: 'chat',
    key,
    status: async () => statusOf(await requireRecord(id, setup)),
    stream: ({ after, signal } = {}) => {
      const position = after === undefined ? undefined : positionOf(after);
      return new JobEventStream({ open: () => Promise.resolve(id), setup, after: position, signal });
    },
    async result({ signal = new AbortController().signal } = {}) {
      const record = await untilEnd(id, setup, signal).catch((cause: unknown) => {
        if (!signal.aborted) throw cause;
        const why = `the wait for job "${key}" was aborted; the job continues`;
        throw new LlmError('aborted', why, {}, { cause });
      });
      return answerOf(record);
    },
    cancel: () => cancelJob(id, setup),
    remove: () => removeJob(key, id, setup),
  };
}

function statusOf({ record, leaseMs }: LoadedRecord): JobStatus {
  const { key, state, error, legs } = record;
  const attempts = attemptsOf(record);
  const isRunning = state === 'running';
  return {
    key,
    operation: 'chat',
    target: legs.at(-1)?.target,
    state: isRunning && leaseMs <= 0 ? 'queued' : state,
    attempts,
    error: error && errorOf(error, attempts),
    nanoUsd: sumOfLegs(record),
    nextMs: isRunning ? LOOK_MS : undefined,
  };
}

/** Cancels a running job for all processes. */
export async function cancelJob(id: string, setup: Setup): Promise<void> {
  for (;;) {
    const { record, version } = await requireRecord(id, setup);
    if (record.state !== 'running') return;
    const { key, tenant, legs } = record;
    const error = storedError(new LlmError('aborted', `job "${key}" was cancelled`, { code: 'cancelled' }));
    const saved = await saveRecord(id, { ...record, state: 'cancelled', error }, version, setup);
    if (saved === undefined) continue;
    setup.drivers.get(id)?.stop();
    setup.emit({ key, tenant, target: legs.at(-1)?.target, type: 'job-ended', state: 'cancelled' });
    return;
  }
}

async function removeJob(key: string, id: string, setup: Setup): Promise<void> {
  const { record } = await requireRecord(id, setup);
  for (;;) {
    const stored = await loadRecord(id, setup);
    // The job was removed in the meantime, and its key may have another job.
    if (stored?.record.token !== record.token) return;
    if (stored.record.state === 'running')
      throw new LlmError('denied', `job "${key}" is running; cancel it, then remove it`);
    if (await setup.store.remove(id, stored.version)) return;
  }
}
