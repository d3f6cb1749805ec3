import { LlmError, type ChatModel, type Clock } from '@majordomo/core';
import { checkOptions as checkKinds, isRecord, type KindsOf } from '@majordomo/core/toolkit';
import type { CacheStore } from './cache-store.ts';

/** What became of a call. `key` is where its answer is kept, `''` where it has no place. */
export interface CacheEvent {
  readonly type: 'hit' | 'miss' | 'stored' | 'skipped' | 'store-failed';
  readonly key: string;
  /** Of `skipped` and `store-failed`: why. */
  readonly why?: string | undefined;
}

/** Where answers are kept, and whose they are. */
export interface CacheOptions {
  /** `memoryCache()`, that of `@majordomo/store-sqlite`, a Keyv, or one of your own. */
  readonly store: CacheStore;
  /**
   * Whose answers may be mixed: part of the key. With a string the tenant is part of the key too; a function decides alone.
   * There is no default on purpose. Change it when names in specs come to mean other models: a spec is taken as it is written.
   */
  readonly namespace: string | ((tenant: string | undefined) => string);
  /** How long an answer is kept, in ms. Default: until the store has no more room. */
  readonly ttlMs?: number | undefined;
  /** Longest wait for the store, in ms; after it the model is asked. Default 50. */
  readonly timeoutMs?: number | undefined;
  /** What becomes of each call. One that throws changes nothing. */
  readonly onEvent?: ((event: CacheEvent) => void) | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
}

const KINDS: KindsOf<CacheOptions> = {
  store: true,
  namespace: 'string or function',
  ttlMs: 1,
  timeoutMs: 1,
  onEvent: 'function',
  clock: 'object with now',
};

/** Throws `config` for what cannot be meant. */
export function checkOptions(model: ChatModel, options: CacheOptions): void {
  checkKinds('cached', { model }, { model: 'object with stream' }, ['model']);
  checkKinds('cached', options, KINDS);
  const { store, namespace } = options;
  // Options may come from JavaScript.
  const isStore = ['get', 'set', 'delete'].every(
    (name) => isRecord(store) && typeof store[name] === 'function',
  );
  if (!isStore)
    throw new LlmError(
      'config',
      'cached: `store` needs get, set and delete, as memoryCache() and a Keyv have',
      { path: 'store' },
    );
  if (typeof namespace !== 'function' && (typeof namespace !== 'string' || namespace === ''))
    throw new LlmError(
      'config',
      'cached: `namespace` says whose answers may be mixed: give a text, or a function of the tenant',
      { path: 'namespace' },
    );
}
