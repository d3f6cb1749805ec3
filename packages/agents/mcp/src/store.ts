import { LlmError, messageOf, type Clock } from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';

/** Store of strings by name, such as a file, a vault or a table. */
export interface McpStore {
  /** Returns the value stored under a name, or `undefined` if none is stored. */
  get(name: string): Promise<string | undefined>;
  /** Stores a value under a name. `undefined` removes the entry. */
  set(name: string, value: string | undefined): Promise<void>;
  /**
   * Returns the value stored under a name and removes it, in one atomic operation, such as `GETDEL` of Redis or `DELETE … RETURNING` of SQL.
   * Of several calls at the same time, also in other processes, one returns the value, and the others return `undefined`.
   * `createMcpConnections` and the agents of `serveMcp` need it if several processes share the store.
   * @default `get` and `set`, so that one process at a time takes an entry if the store responds within 50 ms
   */
  readonly take?: ((name: string) => Promise<string | undefined>) | undefined;
}

/** Time in which writes of other processes arrive in the store, in milliseconds. */
export const SETTLE_MS = 50;

/** Returns a store in the memory of this process. If it has more than `maxEntries` entries, the oldest entry is removed. */
export function memoryStore(maxEntries: number): McpStore {
  const entries = new Map<string, string>();
  return {
    get: (name) => Promise.resolve(entries.get(name)),
    set: (name, value) => {
      entries.delete(name);
      if (value !== undefined) entries.set(name, value);
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
      return Promise.resolve();
    },
    take: (name) => {
      const value = entries.get(name);
      entries.delete(name);
      return Promise.resolve(value);
    },
  };
}

/** Returns the stored JSON value; `undefined` if the entry is missing or is not JSON. */
export async function storedJson(store: McpStore | undefined, name: string): Promise<unknown> {
  const text = await store?.get(name);
  return text === undefined ? undefined : tryParseJson(text);
}

/** Returns a store whose errors, other than an `LlmError`, have the kind `server` and begin with `label`. */
export function namedStore(store: McpStore, label: string): McpStore {
  const named = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (LlmError.is(error)) throw error;
      throw new LlmError('server', `${label}: the store failed: ${messageOf(error)}`, {}, { cause: error });
    }
  };
  const { take } = store;
  return {
    get: (name) => named(async () => store.get(name)),
    set: (name, value) => named(async () => store.set(name, value)),
    take: take && ((name) => named(async () => take.call(store, name))),
  };
}

/**
 * Returns the JSON value of an entry and removes the entry, so that only one caller receives it. `undefined` if the entry is missing or is
 * not JSON. In a store without `take`, each caller writes a claim, waits, and reads which claim was stored last.
 */
export async function takeJson(store: McpStore, name: string, clock: Clock): Promise<unknown> {
  const text = await (store.take === undefined ? claimed(store, name, clock) : store.take(name));
  return text === undefined ? undefined : tryParseJson(text);
}

async function claimed(store: McpStore, name: string, clock: Clock): Promise<string | undefined> {
  const value = await store.get(name);
  if (value === undefined || value.startsWith(CLAIM)) return undefined;
  const claim = CLAIM + crypto.randomUUID();
  await store.set(name, claim);
  await clock.sleep(SETTLE_MS, new AbortController().signal);
  if ((await store.get(name)) !== claim) return undefined;
  await store.set(name, undefined);
  return value;
}

/** Start of an entry that a caller takes now. It is not JSON. */
const CLAIM = 'claim ';

/**
 * Returns an issuer as a part of a name. A server chooses its issuer, so the name contains no `..`, which has a meaning in the paths
 * of a store in files.
 */
export const issuerPart = (issuer: string): string => issuer.replaceAll('..', '%2E%2E');
