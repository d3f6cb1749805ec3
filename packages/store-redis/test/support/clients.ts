import { Redis } from 'ioredis';
import { createClient } from 'redis';
import type { RedisClient } from '../../src/index.ts';

/** A client as an app makes it. */
export interface AppClient {
  readonly client: RedisClient;
  readonly close: () => unknown;
}

const ignore = (): void => undefined;

/** Both client libraries, without options, and as the README recommends. */
export const clients: Readonly<Record<string, (url: string) => AppClient>> = {
  'ioredis as it is': (url) => ofIoredis(new Redis(url)),
  'ioredis as we say': (url) =>
    ofIoredis(new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })),
  'ioredis with a limit of its own': (url) => ofIoredis(new Redis(url, { commandTimeout: 250 })),
  'node-redis as it is': (url) => ofNodeRedis(createClient({ url })),
  'node-redis as we say': (url) => ofNodeRedis(createClient({ url, disableOfflineQueue: true })),
};

function ofIoredis(client: Redis): AppClient {
  client.on('error', ignore);
  return { client, close: () => client.disconnect() };
}

function ofNodeRedis(client: ReturnType<typeof createClient>): AppClient {
  client.on('error', ignore);
  void client.connect().catch(ignore);
  return { client, close: () => client.destroy() };
}
