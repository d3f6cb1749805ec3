export type { CacheStore } from './cache-store.ts';
export { memoryCache, type MemoryCacheOptions } from './memory-cache.ts';
