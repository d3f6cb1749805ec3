import { LlmError } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { Driver } from './driver.ts';
import { failureOf, isLiveLeg, requireRecord, type JobRecord } from '../record/record.ts';
import type { DrivenJob, Setup } from '../setup.ts';

/** Waits for a job that another process drives, in milliseconds. Each wait is twice as long as the last. */
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 5000;

/** Wait for the process that drives a job. */
export class JobWait {
  private nextMs = FIRST_WAIT_MS;

  /**
   * Drives the job if no other process does, until something may have changed. Resolves with whether this process drives the job, so
   * that the events are in its log.
   */
  async drive(id: string, setup: Setup, signal: AbortSignal): Promise<DrivenJob | undefined> {
    const driver = Driver.of(id, setup);
    await abortable(driver.begun, signal);
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
  await abortable(driver.started, signal).catch((cause: unknown) => {
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
