import type { JobRecord } from '../record/record.ts';

/**
 * Returns the time from which the job no longer waits for batches, in epoch milliseconds: the deadline, or `leadMs` before it if
 * late items become live calls. `Infinity` for a job without a deadline.
 */
export function lateTime({ deadline = Infinity, live }: JobRecord): number {
  return deadline - (live === undefined || live.when === 'failed' ? 0 : live.leadMs);
}
