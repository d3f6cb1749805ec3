import { LlmError } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { Driver } from './driver.ts';
import { failureOf, isLiveLeg, requireRecord, type JobRecord } from '../record/record.ts';
import type { DrivenJob, Setup } from '../setup.ts';

/** First wait for a job that another process drives, in milliseconds. Each wait is twice as long as the last, up to `MAX_WAIT_MS`. */
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 5000;

/** Wait for the process that drives a job. */
export class JobWait {
  private nextMs = FIRST_WAIT_MS;

  /**
   * Takes the lease of the job if no other process has it. Returns the driver if the events are in its log, because this process drives
   * the job or follows it at its vendor. Otherwise waits until another process may have changed the job, and returns `undefined`.
   */
  async drive(id: string, setup: Setup, signal: AbortSignal): Promise<DrivenJob | undefined> {
    const driver = Driver.of(id, setup);
    await abortable(driver.leaseTried, signal);
    if (driver.log !== undefined) {
      this.nextMs = FIRST_WAIT_MS;
      return driver;
    }
    await setup.clock.sleep(this.nextMs, signal);
    this.nextMs = Math.min(MAX_WAIT_MS, this.nextMs * 2);
    return undefined;
  }
}

/** Waits until the job has begun. Throws the error of a job whose start every target has refused. */
export async function untilStarted(
  id: string,
  setup: Setup,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const driver = setup.drivers.get(id);
  if (driver === undefined) return;
  // `legStarted` never rejects, so the only error is the abort.
  await abortable(driver.legStarted, signal).catch((cause: unknown) => {
    throw new LlmError('aborted', 'the wait for the start was aborted; the job continues', {}, { cause });
  });
  const { record } = await requireRecord(id, setup);
  const hasBegun = record.legs.some((leg) => isLiveLeg(leg) || leg.job?.ref !== undefined);
  if (record.state === 'failed' && !hasBegun) throw failureOf(record);
}

/** Drives the job, or waits for the process that drives it, until it has ended. */
export async function untilEnd(id: string, setup: Setup, signal: AbortSignal): Promise<JobRecord> {
  const wait = new JobWait();
  for (;;) {
    const { record } = await requireRecord(id, setup);
    if (record.state !== 'running') return record;
    const driver = await wait.drive(id, setup, signal);
    if (driver !== undefined) await abortable(driver.done, signal);
  }
}
