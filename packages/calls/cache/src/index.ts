export { cached } from './cached.ts';
export type { CacheEvent, CacheOptions } from './options.ts';
export type { RecordStore } from '@majordomo/records';
