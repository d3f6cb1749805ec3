export { cloudflareStores, type CloudflareBindings, type CloudflareStores } from './cloudflare-stores.ts';
export { LedgerObject } from './ledger-object.ts';

// taken from others, so that they can be named here
export type { CacheStore } from '@majordomo/cache';
export type { LedgerStore } from '@majordomo/ledger';
