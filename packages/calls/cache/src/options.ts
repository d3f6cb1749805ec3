import { LlmError, type ChatModel, type Clock } from '@majordomo/core';
import { checkOptions as checkKinds, isRecord, type KindsOf } from '@majordomo/core/toolkit';
import type { CacheStore } from './cache-store.ts';

/** Event of reading or storing a response. `key` is the key of the response, or `''` if no key can be computed. */
export interface CacheEvent {
  readonly type: 'hit' | 'miss' | 'stored' | 'skipped' | 'store-failed';
  readonly key: string;
  /** Reason for `skipped` and `store-failed`. */
  readonly why?: string | undefined;
}

/** Options of `cached`. */
export interface CacheOptions {
  /** Store of the responses: `memoryCache()`, the cache of `@majordomo/store-sqlite`, a Keyv, or a custom store. */
  readonly store: CacheStore;
  /**
   * Namespace of callers that may share responses. The namespace is part of the key. A string is combined with the tenant. A
   * function receives the tenant, and its result replaces the tenant. Change the namespace when an alias refers to another model,
   * because the key contains the spec as it is written.
   */
  readonly namespace: string | ((tenant: string | undefined) => string);
  /**
   * Time to live of a response, in milliseconds.
   *
   * @default no limit; a full store removes responses
   */
  readonly ttlMs?: number | undefined;
  /**
   * Maximum time to wait for the store, in milliseconds. If the store takes longer, the model is called.
   *
   * @default 50
   */
  readonly timeoutMs?: number | undefined;
  /** Listener called when a response is looked up, stored or not stored. Errors of the listener are ignored. */
  readonly onEvent?: ((event: CacheEvent) => void) | undefined;
  /**
   * Clock for timeouts and times of storage.
   *
   * @default the system clock
   */
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

/** Throws `config` for invalid options. */
export function checkOptions(model: ChatModel, options: CacheOptions): void {
  checkKinds('cached', { model }, { model: 'object with stream' }, ['model']);
  checkKinds('cached', options, KINDS);
  const { store, namespace } = options;
  const isStore = ['get', 'set', 'delete'].every(
    (name) => isRecord(store) && typeof store[name] === 'function',
  );
  if (!isStore)
    throw new LlmError(
      'config',
      'cached: `store` must have get, set and delete; pass memoryCache(), a Keyv or a custom store',
      { path: 'store' },
    );
  const isNamespace = typeof namespace === 'string' ? namespace !== '' : typeof namespace === 'function';
  if (!isNamespace)
    throw new LlmError(
      'config',
      'cached: `namespace` must be a non-empty string or a function of the tenant; pass a string such as "v1"',
      { path: 'namespace' },
    );
}
