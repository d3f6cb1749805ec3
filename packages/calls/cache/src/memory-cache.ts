import { fromJson, systemClock, toJson, type Clock } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { CacheStore } from './cache-store.ts';

const DEFAULT_MAX_ENTRIES = 1000;

/** Options of `memoryCache`. */
export interface MemoryCacheOptions {
  /**
   * Maximum number of entries. Above the maximum, the least recently used entry is removed.
   *
   * @default 1_000
   */
  readonly maxEntries?: number | undefined;
  /** Clock for the time to live. @default the system clock */
  readonly clock?: Clock | undefined;
}

const KINDS: KindsOf<MemoryCacheOptions> = { maxEntries: 0, clock: 'object with now' };

/** Creates a store in the memory of this process. Throws `config` for invalid options. */
export function memoryCache(options: MemoryCacheOptions = {}): CacheStore {
  checkOptions('memoryCache', options, KINDS);
  const { maxEntries = DEFAULT_MAX_ENTRIES, clock = systemClock } = options;
  /** Entries in order of use. The most recently used entry is last. */
  const entries = new Map<string, { readonly json: string; readonly until: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      entries.delete(key);
      if (entry === undefined || entry.until <= clock.now()) return Promise.resolve(undefined);
      entries.set(key, entry);
      return Promise.resolve(fromJson((JSON.parse(entry.json) as { readonly value: unknown }).value));
    },
    async set(key, value, ttlMs = Infinity) {
      // As an `async` function, `set` rejects instead of throwing if the value has no JSON form.
      await Promise.resolve();
      entries.delete(key);
      entries.set(key, { json: JSON.stringify(toJson({ value })), until: clock.now() + ttlMs });
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries) break;
        entries.delete(oldest);
      }
      return true;
    },
    delete: (key) => Promise.resolve(entries.delete(key)),
  };
}
