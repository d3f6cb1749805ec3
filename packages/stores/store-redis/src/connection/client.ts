import { LlmError } from '@majordomo/core';

/** Methods of ioredis that this package uses, on `Redis` and `Cluster`. */
interface Ioredis {
  readonly status?: string;
  evalsha(sha: string, keyCount: number, ...keysAndValues: string[]): Promise<unknown>;
  eval(source: string, keyCount: number, ...keysAndValues: string[]): Promise<unknown>;
  on(event: string, listener: (...values: never[]) => void): unknown;
  off(event: string, listener: (...values: never[]) => void): unknown;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

/** Methods of node-redis that this package uses, on a client or a cluster. */
interface NodeRedis {
  readonly isReady?: boolean;
  evalSha(sha: string, given: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(source: string, given: { keys: string[]; arguments: string[] }): Promise<unknown>;
  on(event: string, listener: (...values: never[]) => void): unknown;
  off(event: string, listener: (...values: never[]) => void): unknown;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  unsubscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
}

/** Client of ioredis or node-redis that the application connects. */
export type RedisClient = object;

/** Common interface of the two clients. */
export interface Client {
  /** Whether the client reports that it is connected. */
  isReady(): boolean;
  /** Calls the listener after each connection. Returns a function that removes the listener. */
  onReady(listener: () => void): () => void;
  evalSha(sha: string, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  eval(source: string, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  /** Subscribes to a channel. Returns a function that unsubscribes. */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<unknown>>;
}

/** Common interfaces by client. All stores that use the same client share its interface. */
const clients = new WeakMap<RedisClient, Client>();

/** Returns the common interface of a client. Throws `config` for any other value. */
export function clientOf(client: RedisClient, path: 'client' | 'subscriber'): Client {
  const found = (typeof client === 'object' && clients.get(client)) || clientIn(client);
  if (found !== undefined) {
    clients.set(client, found);
    return found;
  }
  throw new LlmError('config', `redisStores: ${path} must be a client of ioredis or node-redis`, { path });
}

function clientIn(client: RedisClient): Client | undefined {
  if (isNodeRedis(client)) return nodeRedis(client);
  return isIoredis(client) ? ioredis(client) : undefined;
}

function nodeRedis(client: NodeRedis): Client {
  return {
    isReady: () => client.isReady !== false,
    onReady: (listener) => onReady(client, listener),
    evalSha: (sha, keys, values) => client.evalSha(sha, { keys: [...keys], arguments: [...values] }),
    eval: (source, keys, values) => client.eval(source, { keys: [...keys], arguments: [...values] }),
    publish: (channel, message) => client.publish(channel, message),
    async subscribe(channel, listener) {
      await client.subscribe(channel, listener);
      return () => client.unsubscribe(channel, listener);
    },
  };
}

function ioredis(client: Ioredis): Client {
  /** Listeners of all stores, by channel. All of them share one `message` listener of the client, because thousands may exist. */
  const channels = new Map<string, Set<(text: string) => void>>();
  const onMessage = (channel: string, text: string): void => {
    for (const onText of channels.get(channel) ?? []) onText(text);
  };
  return {
    // A client with `lazyConnect` connects at the first command.
    isReady: () => client.status === undefined || client.status === 'ready' || client.status === 'wait',
    onReady: (listener) => onReady(client, listener),
    evalSha: (sha, keys, values) => client.evalsha(sha, keys.length, ...keys, ...values),
    eval: (source, keys, values) => client.eval(source, keys.length, ...keys, ...values),
    publish: (channel, message) => client.publish(channel, message),
    async subscribe(channel, listener) {
      const onText = (text: string): void => listener(text);
      const stop = async (): Promise<void> => {
        const listeners = channels.get(channel);
        if (listeners?.delete(onText) !== true || listeners.size > 0) return;
        // All listeners of a channel share one subscription, which ends with the last listener.
        channels.delete(channel);
        if (channels.size === 0) client.off('message', onMessage);
        await client.unsubscribe(channel);
      };
      if (channels.size === 0) client.on('message', onMessage);
      channels.set(channel, (channels.get(channel) ?? new Set()).add(onText));
      try {
        await client.subscribe(channel);
      } catch (error) {
        // The command may have been sent before the error, so unsubscribe.
        stop().catch(() => undefined);
        throw error;
      }
      return stop;
    },
  };
}

/** Events that a client emits after it has connected. node-redis emits `node-ready` for each node of a cluster. */
const READY = ['ready', 'node-ready'];

function onReady(client: Ioredis | NodeRedis, listener: () => void): () => void {
  for (const event of READY) client.on(event, listener);
  return () => {
    for (const event of READY) client.off(event, listener);
  };
}

const has = (value: unknown, method: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Readonly<Record<string, unknown>>)[method] === 'function';

const isNodeRedis = (client: unknown): client is NodeRedis => has(client, 'evalSha') && has(client, 'on');

const isIoredis = (client: unknown): client is Ioredis => has(client, 'evalsha') && has(client, 'on');
