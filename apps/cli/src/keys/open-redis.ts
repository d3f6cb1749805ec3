import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { REMOTE_TIMEOUT_MS, unreachable, type GatewayStores } from './gateway-stores.ts';

/** Parts of `ioredis` that this command uses. */
interface Ioredis {
  readonly Redis: new (url: string, options: object) => RedisClient;
}
interface RedisClient {
  on(event: 'error', listener: (error: Error) => void): unknown;
  connect(): Promise<void>;
  disconnect(): void;
}

/** Opens the stores of a Redis server. Redis has no store for the call log. Throws `Stop` if Redis does not respond. */
export async function openRedis(url: string, { cwd }: Io, why: string): Promise<GatewayStores> {
  const loaded = await loadPackage('@majordomo/store-redis', cwd, why);
  const { redisStores } = loaded as typeof import('@majordomo/store-redis');
  const { Redis } = (await loadPackage('ioredis', cwd, why)) as Ioredis;
  let lastError: Error | undefined;
  const open = (): RedisClient => {
    const client = new Redis(url, { connectTimeout: REMOTE_TIMEOUT_MS, lazyConnect: true });
    // The client reconnects after an error. Until then, the operations of the stores reject.
    client.on('error', (error) => (lastError = error));
    return client;
  };
  const client = open();
  const subscriber = open();
  const stores = redisStores({ client, subscriber, timeoutMs: REMOTE_TIMEOUT_MS });
  const close = async (): Promise<void> => {
    await stores.close();
    client.disconnect();
    subscriber.disconnect();
  };
  // Any read shows whether Redis responds. No virtual key has an empty id.
  const ready = (): Promise<unknown> => stores.records.get('keys', '');
  try {
    // Rejects if the first connection fails, so that the command does not wait for further ones.
    await Promise.all([client.connect(), subscriber.connect()]);
    await ready();
  } catch (error) {
    throw await unreachable(lastError ?? error, close, 'Redis', why);
  }
  return { ...stores, storeTimeoutMs: REMOTE_TIMEOUT_MS, ready, [Symbol.asyncDispose]: close };
}
