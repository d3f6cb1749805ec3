export {
  createPromptCache,
  type CacheLifetimes,
  type PromptCache,
  type PromptCacheOptions,
} from './create.ts';
export type { CacheDecision } from './decide.ts';
export type { CacheStore } from '@majordomo/cache';
export type { Catalog } from '@majordomo/catalog';
