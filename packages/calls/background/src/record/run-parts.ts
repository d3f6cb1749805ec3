import type { CallOptions } from '@majordomo/core';
import type { EventLog } from '../events/event-log.ts';
import type { LeasedJob } from './leased-job.ts';
import type { Setup } from '../setup.ts';

/** Options of a call that cannot be stored, and apply only while the process of the call drives the job. */
export type LocalOptions = Pick<
  CallOptions,
  'onEvent' | 'onRawResponse' | 'waitUntil' | 'classify' | 'order'
>;

/** Facts that all legs of a process share. */
export interface RunParts {
  readonly job: LeasedJob;
  readonly setup: Setup;
  readonly log: EventLog;
  /** Signal that aborts the work, because the job was cancelled or another process has taken it over. */
  readonly signal: AbortSignal;
  readonly local: LocalOptions;
  /** Whether the process looks only once at a job of a vendor. */
  readonly isStep: boolean;
}
