import { allRecords } from '@majordomo/records';
import { Driver } from './driver.ts';
import { LABELS, loadRecord, runningJob, SPACE, vendorIdOf } from '../record/record.ts';
import type { Setup } from '../setup.ts';

/** Advances the job with this id of a vendor. Ignores an unknown id. */
export async function notifyJob(vendorId: string, setup: Setup): Promise<void> {
  const key = await keyOf(vendorId, setup);
  if (key === undefined) return;
  const driver = Driver.step(key, setup);
  driver.lookNow();
  if (driver.isStep) await driver.done;
}

async function keyOf(vendorId: string, setup: Setup): Promise<string | undefined> {
  // A job that is released during the search is found with the second label. Another process looks at a job that it takes.
  for (const label of [LABELS.driven, LABELS.waiting]) {
    // A page of records with values may be large, because a record contains events and answers.
    for await (const { key } of allRecords(setup.records, SPACE, { label, values: false })) {
      const found = await loadRecord(key, setup);
      if (found !== undefined && vendorIdOf(runningJob(found.record)?.ref) === vendorId) return key;
    }
  }
  return undefined;
}
