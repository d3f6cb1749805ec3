/**
 * Prompt cache: keeps a conversation at the target that has its prompt in the vendor's cache.
 * @module
 */
export { createPromptCache, type PromptCache, type PromptCacheOptions } from './prompt/create.ts';
export type { CacheDecision } from './prompt/decide.ts';
export type { Catalog } from '@majordomo/catalog';
export type { RecordStore } from '@majordomo/records';
