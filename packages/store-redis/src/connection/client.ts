import { LlmError } from '@majordomo/core';

/** What is needed of ioredis: a Redis or a Cluster. */
interface Ioredis {
  readonly status?: string;
  evalsha(sha: string, keyCount: number, ...keysAndValues: string[]): Promise<unknown>;
  eval(source: string, keyCount: number, ...keysAndValues: string[]): Promise<unknown>;
  on(event: string, listener: (...told: never[]) => void): unknown;
  off(event: string, listener: (...told: never[]) => void): unknown;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

/** What is needed of node-redis: a client or a cluster. */
interface NodeRedis {
  readonly isReady?: boolean;
  evalSha(sha: string, given: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(source: string, given: { keys: string[]; arguments: string[] }): Promise<unknown>;
  on(event: string, listener: (...told: never[]) => void): unknown;
  off(event: string, listener: (...told: never[]) => void): unknown;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  unsubscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
}

/** ioredis or node-redis, connected by the app: what this needs of either. */
export type RedisClient = object;

/** The two clients as one. */
export interface Client {
  /** As far as the client knows. */
  isReady(): boolean;
  /** Hears whenever a connection is there, again and again; returns how to stop. */
  onReady(listener: () => void): () => void;
  evalSha(sha: string, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  eval(source: string, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  /** Returns how to stop. */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<unknown>>;
}

/** Of all stores on one client: they wait for it together. */
const clients = new WeakMap<RedisClient, Client>();

/** Throws `config` for what is neither. */
export function clientOf(client: RedisClient, path: 'client' | 'subscriber'): Client {
  const made = (typeof client === 'object' && clients.get(client)) || clientIn(client);
  if (made !== undefined) {
    clients.set(client, made);
    return made;
  }
  throw new LlmError('config', `${path} must be a client of ioredis or node-redis`, { path });
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
  return {
    // One that connects at the first command waits for it.
    isReady: () => client.status === undefined || client.status === 'ready' || client.status === 'wait',
    onReady: (listener) => onReady(client, listener),
    evalSha: (sha, keys, values) => client.evalsha(sha, keys.length, ...keys, ...values),
    eval: (source, keys, values) => client.eval(source, keys.length, ...keys, ...values),
    publish: (channel, message) => client.publish(channel, message),
    async subscribe(channel, listener) {
      const heard = (from: string, message: string): void => {
        if (from === channel) listener(message);
      };
      const stop = async (): Promise<void> => {
        client.off('message', heard);
        // A subscription is the connection's: it ends with the last who hears.
        if (changeListenerCount(client, channel, -1) === 0) await client.unsubscribe(channel);
      };
      client.on('message', heard);
      changeListenerCount(client, channel, 1);
      try {
        await client.subscribe(channel);
      } catch (error) {
        // It may have been sent all the same.
        stop().catch(() => undefined);
        throw error;
      }
      return stop;
    },
  };
}

/** Who hears on a channel of a client, here and from elsewhere. */
const listenerCounts = new WeakMap<Ioredis, Map<string, number>>();

/** How many hear on it now. */
function changeListenerCount(client: Ioredis, channel: string, by: number): number {
  const channels = listenerCounts.get(client) ?? new Map<string, number>();
  const count = (channels.get(channel) ?? 0) + by;
  listenerCounts.set(client, channels.set(channel, count));
  return count;
}

/** One of many nodes counts as well: node-redis says of those what it says of a client. */
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
