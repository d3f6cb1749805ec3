import type { Catalog } from '@majordomo/catalog';
import type { Clock, Majordomo } from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import type { JobEvent } from './contract.ts';
import type { EventLog } from './events/event-log.ts';

/** Options and dependencies that all jobs of one store share. */
export interface Setup {
  readonly majordomo: Majordomo;
  readonly records: RecordStore;
  readonly keepMs: number;
  readonly ledger: Ledger | undefined;
  /** Whether a process calls targets without a job API. */
  readonly isLive: boolean;
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
  readonly leaseTried: Promise<void>;
  /** Resolves when a vendor works on the job, or when this process has ended its work. Never rejects. */
  readonly atVendor: Promise<void>;
  /** Resolves when the call of a leg has begun, or when this process has ended its work. Never rejects. */
  readonly legStarted: Promise<void>;
  /** Resolves when this process has ended its work. Rejects with an error of the store, or with an error that a person must correct. */
  readonly done: Promise<void>;
  /** Error with which `done` has rejected. */
  readonly failure: { readonly error: unknown } | undefined;
  /** Whether this process looks only once at a vendor's job. */
  readonly isStep: boolean;
  /** Looks at the vendor's job now. */
  lookNow(): void;
  /** Ends the call, because the job was cancelled. */
  stop(): void;
}
