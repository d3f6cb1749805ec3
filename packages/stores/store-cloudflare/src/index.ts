export { cloudflareStores, type CloudflareBindings, type CloudflareStores } from './cloudflare-stores.ts';
export { LedgerObject } from './ledger-object.ts';
export { RecordsObject } from './records-object.ts';

// Types of other packages that the public API uses.
export type { CacheStore } from '@majordomo/cache';
export type { LedgerStore } from '@majordomo/ledger';
export type { RecordStore } from '@majordomo/records';
