import type { CacheStore } from '@majordomo/cache';
import { fromJson, toJson, type JsonValue } from '@majordomo/core';
import type { Connection } from '../connection/connection.ts';
import { script } from '../connection/script.ts';

const GET = script(`return redis.call('GET', KEYS[1])`);
const SET = script(`
if ARGV[2] == '' then return redis.call('SET', KEYS[1], ARGV[1]) end
return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
`);
const DELETE = script(`return redis.call('DEL', KEYS[1])`);

/** Creates a cache store. On a cluster, its entries are distributed over all nodes. */
export function redisCache(connection: Connection, prefix: string): CacheStore {
  const keyOf = (key: string): readonly string[] => [`${prefix}:cache:${key}`];
  return {
    async get(key) {
      const json = (await connection.run(GET, keyOf(key), [])) as string | null;
      return json === null
        ? undefined
        : fromJson<{ readonly value: unknown }>(JSON.parse(json) as JsonValue).value;
    },
    async set(key, value, ttlMs) {
      const ttl = ttlMs === undefined || ttlMs === Infinity ? '' : String(Math.max(1, Math.ceil(ttlMs)));
      await connection.run(SET, keyOf(key), [JSON.stringify(toJson({ value })), ttl]);
      return true;
    },
    delete: async (key) => Number(await connection.run(DELETE, keyOf(key), [])) === 1,
  };
}
