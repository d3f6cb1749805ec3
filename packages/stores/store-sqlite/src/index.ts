export { sqliteStores, type SqliteOptions, type SqliteStores } from './sqlite-stores.ts';
export type { SharedLanesOptions as LanesOptions } from '@majordomo/core/toolkit';

// Types of other packages that the public API uses.
export type { CallStore } from '@majordomo/admin';
export type { FileContentStore } from '@majordomo/files';
export type { LedgerStore } from '@majordomo/ledger';
export type { RecordStore } from '@majordomo/records';
