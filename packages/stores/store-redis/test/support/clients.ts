import { Redis } from 'ioredis';
import { createClient } from 'redis';
import type { RedisClient } from '../../src/index.ts';

/** Client, created as an application does. */
export interface AppClient {
  readonly client: RedisClient;
  readonly close: () => unknown;
}

const ignore = (): void => undefined;

/** Both client libraries with their defaults and with the options that the README recommends. */
export const clients: Readonly<Record<string, (url: string) => AppClient>> = {
  'ioredis with defaults': (url) => ofIoredis(new Redis(url)),
  'ioredis without an offline queue': (url) =>
    ofIoredis(new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })),
  'ioredis with a command timeout': (url) => ofIoredis(new Redis(url, { commandTimeout: 250 })),
  'node-redis with defaults': (url) => ofNodeRedis(createClient({ url })),
  'node-redis without an offline queue': (url) =>
    ofNodeRedis(createClient({ url, disableOfflineQueue: true })),
};

/** Creates a client by the name of its library and options. */
export function clientOf(kind: string, url: string): AppClient {
  const create = clients[kind];
  if (create === undefined) throw new Error(`no client is called ${kind}`);
  return create(url);
}

function ofIoredis(client: Redis): AppClient {
  client.on('error', ignore);
  return { client, close: () => client.disconnect() };
}

function ofNodeRedis(client: ReturnType<typeof createClient>): AppClient {
  client.on('error', ignore);
  void client.connect().catch(ignore);
  return { client, close: () => client.destroy() };
}
