export { postgresStores, type PostgresOptions, type PostgresStores } from './postgres-stores.ts';
export type { PostgresClient } from './client/client.ts';
export type { ListenerClient } from './client/listener.ts';
export type { SharedLanesOptions as LanesOptions } from '@majordomo/core/toolkit';

// Types of other packages that the public API uses.
export type { CallStore } from '@majordomo/admin';
export type { RunChannel } from '@majordomo/agent/durable';
export type { FileContentStore } from '@majordomo/files';
export type { LedgerStore } from '@majordomo/ledger';
export type { RecordStore } from '@majordomo/records';
