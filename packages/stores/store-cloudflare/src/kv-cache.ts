import type { CacheStore } from '@majordomo/cache';
import { fromJson, toJson } from '@majordomo/core';
import type { KeyValues } from './platform.ts';

/** Cached value, with the time of its expiry in epoch milliseconds if it expires. */
interface KvEntry {
  readonly until: number | null;
  readonly value: unknown;
}

/** Minimum time to live that KV accepts, in seconds. */
const MIN_TTL_S = 60;

/** Creates a cache in KV. Keys are hashed, because KV limits them to 512 bytes and rejects some names. */
export function kvCache(namespace: KeyValues): CacheStore {
  return {
    async get(key) {
      const text = await namespace.get(await hashOf(key));
      if (text === null) return undefined;
      const { until, value } = fromJson<KvEntry>(JSON.parse(text));
      return until !== null && until <= Date.now() ? undefined : value;
    },
    async set(key, value, ttlMs = Infinity) {
      const until = ttlMs === Infinity ? null : Date.now() + ttlMs;
      const options = until === null ? {} : { expirationTtl: Math.max(MIN_TTL_S, Math.ceil(ttlMs / 1000)) };
      await namespace.put(await hashOf(key), JSON.stringify(toJson({ until, value })), options);
    },
    delete: async (key) => namespace.delete(await hashOf(key)),
  };
}

async function hashOf(key: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
