import type { Catalog } from '@majordomo/catalog';
import type { Clock, Majordomo } from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import type { BatchesOptions, BatchEvent } from './contract.ts';

/** Options and dependencies that all jobs of one store share. */
export interface Setup {
  readonly majordomo: Majordomo;
  readonly records: RecordStore;
  readonly ledger: Ledger | undefined;
  readonly folder: string;
  readonly most: NonNullable<BatchesOptions['most']>;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly emit: (event: BatchEvent) => void;
}
