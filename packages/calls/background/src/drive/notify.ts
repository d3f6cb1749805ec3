import { Driver } from './driver.ts';
import { loadRecord, runningJob, vendorIdOf } from '../record/record.ts';
import { keyOfVendorId } from '../record/vendor-ids.ts';
import type { Setup } from '../setup.ts';

/** Advances the job with this id of a vendor. Ignores an unknown id, and that of a job that has ended. */
export async function notifyJob(vendorId: string, setup: Setup): Promise<void> {
  const key = await keyOfVendorId(vendorId, setup);
  if (key === undefined) return;
  const found = await loadRecord(key, setup);
  const running = found && runningJob(found.record);
  if (running === undefined || vendorIdOf(running.ref) !== vendorId) return;
  const driver = Driver.step(key, setup);
  driver.lookNow();
  if (driver.isStep) await driver.done;
}
