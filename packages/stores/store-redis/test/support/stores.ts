import { startRedis, type Redis } from '@majordomo/services';
import { afterAll, beforeAll } from 'vitest';
import { redisStores, type RedisOptions, type RedisStores } from '../../src/index.ts';
import { clientOf, type AppClient } from './clients.ts';

/** One server for a group of tests, with stores that use separate keys. */
export function onRedis(): {
  readonly server: () => Redis;
  readonly client: (kind?: string) => AppClient;
  readonly stores: (options?: Partial<RedisOptions>, kind?: string) => RedisStores;
} {
  let server: Redis | undefined;
  const open: AppClient[] = [];
  let prefixes = 0;
  const running = (): Redis => {
    if (server === undefined) throw new Error('Redis is started before the tests');
    return server;
  };
  const client = (kind = 'ioredis with defaults'): AppClient => {
    const appClient = clientOf(kind, running().url);
    open.push(appClient);
    return appClient;
  };
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    for (const { close } of open) close();
    await server?.stop();
  });
  return {
    server: running,
    client,
    stores: (options, kind) =>
      redisStores({
        client: client(kind).client,
        prefix: `test ${prefixes++}`,
        timeoutMs: 10_000,
        ...options,
      }),
  };
}
