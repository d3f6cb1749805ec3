import type { CacheStore } from '@majordomo/cache';
import { fromJson, toJson } from '@majordomo/core';
import type { Database } from '../file/database.ts';

/** Number of writes between two removals of expired entries. */
const SWEEP_EVERY = 100;

export function sqliteCache(database: Database, now: () => number): CacheStore {
  const find = database.prepare('SELECT value FROM cache WHERE key = ? AND (until IS NULL OR until > ?)');
  const put = database.prepare(
    'INSERT INTO cache (key, value, until) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value, until = excluded.until',
  );
  const remove = database.prepare('DELETE FROM cache WHERE key = ?');
  const sweep = database.prepare('DELETE FROM cache WHERE until <= ?');
  let writes = 0;
  return {
    get: (key) =>
      database.read(() => {
        const row = find.get(key, Math.floor(now()));
        return row && fromJson<{ readonly value: unknown }>(JSON.parse(String(row['value']))).value;
      }),
    set: (key, value, ttlMs) =>
      database.write(() => {
        if (writes++ % SWEEP_EVERY === 0) sweep.run(Math.floor(now()));
        const until = ttlMs === undefined || ttlMs === Infinity ? null : Math.ceil(now() + ttlMs);
        put.run(key, JSON.stringify(toJson({ value })), until);
        return true;
      }),
    delete: (key) => database.write(() => Number(remove.run(key).changes) > 0),
  };
}
