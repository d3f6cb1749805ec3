import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { REMOTE_TIMEOUT_MS, unreachable, type GatewayStores } from './gateway-stores.ts';

/** Parts of `ioredis` that this command uses. */
interface Ioredis {
  readonly Redis: new (url: string, options: object) => RedisClient;
}
interface RedisClient {
  on(event: 'error', listener: () => void): unknown;
  disconnect(): void;
}

/** Opens the stores of a Redis server. Redis has no store for the call log. Throws `Stop` if Redis does not respond. */
export async function openRedis(url: string, { cwd }: Io, why: string): Promise<GatewayStores> {
  const loaded = await loadPackage('@majordomo/store-redis', cwd, why);
  const { redisStores } = loaded as typeof import('@majordomo/store-redis');
  const { Redis } = (await loadPackage('ioredis', cwd, why)) as Ioredis;
  const connect = (): RedisClient => {
    const client = new Redis(url, { connectTimeout: REMOTE_TIMEOUT_MS });
    // Ignore connection errors, because the client reconnects. Until then, the operations of the stores reject.
    client.on('error', () => undefined);
    return client;
  };
  const client = connect();
  const subscriber = connect();
  const stores = redisStores({ client, subscriber, timeoutMs: REMOTE_TIMEOUT_MS });
  const close = async (): Promise<void> => {
    await stores.close();
    client.disconnect();
    subscriber.disconnect();
  };
  const ready = (): Promise<unknown> => stores.records.get('keys', '');
  try {
    await ready();
  } catch (error) {
    throw await unreachable(error, close, 'Redis', why);
  }
  return { ...stores, storeTimeoutMs: REMOTE_TIMEOUT_MS, ready, [Symbol.asyncDispose]: close };
}
