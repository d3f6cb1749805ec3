export { createBatches } from './create-batches.ts';
export type {
  Batches,
  BatchesOptions,
  BatchEvent,
  BatchInfo,
  BatchItem,
  BatchJob,
  ItemResult,
  JobProgress,
  JobRequest,
  LiveOptions,
} from './contract.ts';

// Types of other packages that the public API uses.
export type { Catalog } from '@majordomo/catalog';
export type { Ledger } from '@majordomo/ledger';
export type { RecordStore } from '@majordomo/records';
