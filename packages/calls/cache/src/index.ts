export { cached } from './cached.ts';
export type { CacheEvent, CacheOptions } from './options.ts';
export type { CacheStore } from './cache-store.ts';
export { memoryCache, type MemoryCacheOptions } from './memory-cache.ts';
