import { abortable } from '@majordomo/core/toolkit';
import type { EventLog } from '../events/event-log.ts';
import { LegEvents } from '../events/leg-events.ts';
import { loadRecord, runningJob, timeoutsOf, type JobRecord } from '../record/record.ts';
import { resumedStream } from '../vendor/resumed-stream.ts';
import type { Setup } from '../setup.ts';
import { prepareTarget } from '../vendor/targets.ts';

/** Waits for the process that drives the job, in milliseconds. Each wait is twice as long as the last. */
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 5000;

/** Job at a vendor that another process drives. */
interface FollowedJob {
  readonly id: string;
  readonly record: JobRecord;
  readonly setup: Setup;
  readonly log: EventLog;
  readonly signal: AbortSignal;
}

/**
 * Writes the events of a vendor's job that another process drives to the log of this process, as they arrive. Resolves when the other
 * process has ended the leg, or no longer drives the job.
 */
export async function followJob(job: FollowedJob): Promise<void> {
  const { id, record, setup, signal } = job;
  await readStream(job).catch(() => {
    // The process that drives the job handles the failure.
    signal.throwIfAborted();
  });
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(MAX_WAIT_MS, waitMs * 2)) {
    const stored = await loadRecord(id, setup);
    const isSameLeg = stored?.record.legs.length === record.legs.length;
    if (!isSameLeg || runningJob(stored.record) === undefined) return;
    if (stored.leaseMs <= 0) return;
    await setup.clock.sleep(waitMs, signal);
  }
}

async function readStream({ record, setup, log, signal }: FollowedJob): Promise<void> {
  const job = runningJob(record);
  if (job === undefined) return;
  const target = await prepareTarget(record.legs.at(-1)?.target ?? record.spec, record, setup, signal);
  const { connectMs } = timeoutsOf(record);
  const resumed = resumedStream(target, job.ref, { clock: setup.clock, connectMs, signal });
  if (resumed === undefined) return;
  const { response } = resumed;
  const events = new LegEvents(log);
  const reading = (async () => {
    for await (const event of target.read(response)) events.push(event);
  })();
  await abortable(reading, signal);
}
