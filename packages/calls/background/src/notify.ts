import { Driver } from './driver.ts';
import { loadRecord, runningJob, vendorIdOf } from './record.ts';
import type { Setup } from './setup.ts';

/** Number of keys that are read at first. */
const PAGE = 100;

/** Advances the job with this id of a vendor. Ignores an unknown id. */
export async function notifyJob(vendorId: string, setup: Setup): Promise<void> {
  const seen = new Set<string>();
  for (let limit = PAGE; ; limit *= 4) {
    const due = await setup.store.due(limit);
    for (const { key } of due) {
      if (seen.has(key)) continue;
      seen.add(key);
      const stored = await loadRecord(key, setup);
      if (stored === undefined || vendorIdOf(runningJob(stored.record)?.ref) !== vendorId) continue;
      const driver = Driver.step(key, setup);
      driver.lookNow();
      if (driver.isStep) await driver.done;
      return;
    }
    if (due.length < limit) return;
  }
}
