export { redisStores, type RedisOptions, type RedisStores } from './redis-stores.ts';
export type { RedisClient } from './connection/client.ts';
export type { SharedLanesOptions as LanesOptions } from '@majordomo/core/toolkit';

// Types of other packages that the public API uses.
export type { RunChannel } from '@majordomo/agent/durable';
export type { LedgerStore } from '@majordomo/ledger';
export type { RecordStore } from '@majordomo/records';
