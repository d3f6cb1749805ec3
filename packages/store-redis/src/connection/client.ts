import { LlmError } from '@majordomo/core';

/** Methods of ioredis that are used: of a Redis or a Cluster. */
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

/** Methods of node-redis that are used: of a client or a cluster. */
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

/** Client of ioredis or node-redis that the application connects. */
export type RedisClient = object;

/** Common interface of the two clients. */
export interface Client {
  /** Whether the client is connected, as far as it knows. */
  isReady(): boolean;
  /** Calls the listener after each connection. Returns a function that stops it. */
  onReady(listener: () => void): () => void;
  evalSha(sha: string, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  eval(source: string, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  /** Returns a function that unsubscribes. */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<unknown>>;
}

/** Shared by all stores on one client, which wait for it together. */
const clients = new WeakMap<RedisClient, Client>();

/** Returns the common interface of a client. Throws `config` for any other value. */
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
    // A lazy client connects at the first command.
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
        // A subscription belongs to the connection: it ends with its last listener.
        if (changeListenerCount(client, channel, -1) === 0) await client.unsubscribe(channel);
      };
      client.on('message', heard);
      changeListenerCount(client, channel, 1);
      try {
        await client.subscribe(channel);
      } catch (error) {
        // The command may have been sent.
        stop().catch(() => undefined);
        throw error;
      }
      return stop;
    },
  };
}

/** Number of listeners by client and channel, also of other stores. */
const listenerCounts = new WeakMap<Ioredis, Map<string, number>>();

/** Changes the number of listeners and returns it. */
function changeListenerCount(client: Ioredis, channel: string, by: number): number {
  const channels = listenerCounts.get(client) ?? new Map<string, number>();
  const count = (channels.get(channel) ?? 0) + by;
  listenerCounts.set(client, channels.set(channel, count));
  return count;
}

/** node-redis emits `node-ready` for nodes of a cluster. */
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
