export { createBatches } from './create-batches.ts';
export { memoryBatchStore } from './memory-store.ts';
export type {
  Batches,
  BatchesOptions,
  BatchEvent,
  BatchInfo,
  BatchItem,
  BatchJob,
  BatchRow,
  BatchStore,
  ItemResult,
  JobProgress,
  JobRequest,
  LiveOptions,
  RowQuery,
} from './contract.ts';

// Types of other packages that the public API uses.
export type { Catalog } from '@majordomo/catalog';
export type { Ledger } from '@majordomo/ledger';
