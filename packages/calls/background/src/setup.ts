import type { Catalog } from '@majordomo/catalog';
import type { Clock, Majordomo } from '@majordomo/core';
import type { JobEvent, JobStore } from './contract.ts';
import type { EventLog } from './event-log.ts';

/** Options and dependencies that all jobs of one store share. */
export interface Setup {
  readonly majordomo: Majordomo;
  readonly store: JobStore;
  readonly keepMs: number;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly emit: (event: JobEvent) => void;
  /** Jobs that this process drives, by the key in the store. */
  readonly drivers: Map<string, DrivenJob>;
}

/** Work of this process on one job. All readers of the job in this process share it. */
export interface DrivenJob {
  /** Events of the running leg; `undefined` before this process has the lease. */
  readonly log: EventLog | undefined;
  /** Resolves when this process has the lease or will not have it. Rejects with an error of the store. */
  readonly begun: Promise<void>;
  /** Resolves when this process has ended its work. Rejects with an error of the store. */
  readonly done: Promise<void>;
  /** Ends the call, because the job was cancelled. */
  stop(): void;
}
