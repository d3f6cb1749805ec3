import { LlmError } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { MAX_RECORDS } from '@majordomo/records';
import { Driver } from './driver.ts';
import { SPACE } from '../record/record.ts';
import type { Setup } from '../setup.ts';

/** Number of keys that are read at once. */
const PAGE = 100;

/** Advances the jobs that no process drives. Rejects with the first error after all of them have been advanced. */
export async function pollJobs(
  setup: Setup,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ readonly nextMs: number | undefined }> {
  const { records } = setup;
  const polled = new Set<string>();
  const errors: unknown[] = [];
  for (;;) {
    if (signal.aborted) throw abortedError(signal.reason);
    // Jobs that have failed to advance remain due, so read beyond them.
    const limit = Math.min(MAX_RECORDS, PAGE + errors.length);
    const due = await records.list(SPACE, { order: 'due', values: false, limit });
    const ready = due.filter(({ key, dueMs = 0 }) => dueMs <= 0 && !polled.has(key));
    if (ready.length === 0) {
      if (errors.length > 0) throw errors[0];
      const nextMs = due[0]?.dueMs;
      return { nextMs: nextMs === undefined ? undefined : Math.max(0, nextMs) };
    }
    const work = ready.map(async ({ key }) => {
      polled.add(key);
      const { done, atVendor, isStep } = Driver.step(key, setup);
      // A reader in this process may already drive the job until its end, which the poll does not wait for.
      const advanced = isStep ? done : Promise.race([done, atVendor]);
      await advanced.catch((error: unknown) => errors.push(error));
    });
    await abortable(Promise.all(work), signal).catch((cause: unknown) => {
      throw signal.aborted ? abortedError(cause) : cause;
    });
  }
}

const abortedError = (cause: unknown): LlmError =>
  new LlmError('aborted', 'the poll was aborted; the jobs that it has begun continue', {}, { cause });
