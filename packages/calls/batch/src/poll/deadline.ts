import type { JobRecord } from '../record/record.ts';

/** Returns the time from which the job no longer waits for batches, in epoch milliseconds. */
export function lateTime({ deadline = Infinity, live }: JobRecord): number {
  return deadline - (live === undefined || live.when === 'failed' ? 0 : live.leadMs);
}
