import type { Redis } from 'ioredis';

/** Value of a key by the command that reads it. */
type Value =
  | { readonly string: string }
  | { readonly hash: Readonly<Record<string, string>> }
  | { readonly set: readonly string[] }
  /** Members, each followed by its score. */
  | { readonly zset: readonly string[] };

/** Keys of a server with their values, as JSON. Expiry times are not part of a dump. */
type Dump = Readonly<Record<string, Value>>;

/** Reads all keys of a server. */
export async function dump(redis: Redis): Promise<Dump> {
  const keys = (await redis.keys('*')).toSorted();
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await valueOf(redis, key)])));
}

async function valueOf(redis: Redis, key: string): Promise<Value> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return { string: (await redis.get(key)) ?? '' };
    case 'hash':
      return { hash: await redis.hgetall(key) };
    case 'set':
      return { set: await redis.smembers(key) };
    case 'zset':
      return { zset: await redis.zrange(key, '0', '-1', 'WITHSCORES') };
    default:
      throw new Error(`${key} has the type ${type}, which dumps do not contain`);
  }
}
