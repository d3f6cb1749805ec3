import { LlmError, type ChatModel, type Clock } from '@majordomo/core';
import { atLeast, checkOptions as checkKinds, type KindsOf, number } from '@majordomo/core/toolkit';
import type { RecordStore } from '@majordomo/records';

/** Event of reading or storing a response. `key` is the key of the response, or `''` if no key can be computed. */
export interface CacheEvent {
  readonly type: 'hit' | 'miss' | 'stored' | 'skipped' | 'store-failed';
  readonly key: string;
  /** Reason for `skipped` and `store-failed`. */
  readonly why?: string | undefined;
}

/** Options of `cached`. */
export interface CacheOptions {
  /** Store of the responses: `memoryRecords({ maxRecords: 1_000 })`, or `records` of `@majordomo/store-sqlite`, `-redis` or `-postgres`. */
  readonly records: RecordStore;
  /**
   * Namespace of callers that may share responses. The namespace is part of the key. A string is combined with the tenant. A
   * function receives the tenant, and its result replaces the tenant. Change the namespace when an alias refers to another model,
   * because the key contains the spec as it is written.
   */
  readonly namespace: string | ((tenant: string | undefined) => string);
  /** Time for which a response is stored, in milliseconds. @default 30 days */
  readonly keepMs?: number | undefined;
  /**
   * Maximum time to wait for the store, in milliseconds. If the store takes longer, the model is called.
   *
   * @default 50
   */
  readonly timeoutMs?: number | undefined;
  /** Listener called when a response is looked up, stored or not stored. Errors of the listener are ignored. */
  readonly onEvent?: ((event: CacheEvent) => void) | undefined;
  /**
   * Clock for timeouts. The times of storage are by the clock of the store.
   *
   * @default the system clock
   */
  readonly clock?: Clock | undefined;
}

const KINDS: KindsOf<CacheOptions> = {
  records: 'object with write',
  namespace: 'string or function',
  // Unlike a time limit, the time of a record is finite.
  keepMs: number(1),
  timeoutMs: atLeast(1),
  onEvent: 'function',
  clock: 'object with now',
};

/** Throws `config` for invalid options. */
export function checkOptions(model: ChatModel, options: CacheOptions): void {
  checkKinds('cached', { model }, { model: 'object with stream' }, ['model']);
  checkKinds('cached', options, KINDS, ['records']);
  const { namespace } = options;
  const isNamespace = typeof namespace === 'string' ? namespace !== '' : typeof namespace === 'function';
  if (!isNamespace)
    throw new LlmError(
      'config',
      'cached: `namespace` must be a non-empty string or a function of the tenant; pass a string such as "v1"',
      { path: 'namespace' },
    );
}
