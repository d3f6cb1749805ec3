import { LlmError, messageOf } from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';

/** Store of strings by name, such as a file, a vault or a table. */
export interface McpStore {
  /** Returns the value stored under a name, or `undefined` if none is stored. */
  get(name: string): Promise<string | undefined>;
  /** Stores a value under a name. `undefined` removes the entry. */
  set(name: string, value: string | undefined): Promise<void>;
}

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
  };
}

/** Returns the stored JSON value; `undefined` if the entry is missing or is not JSON. */
export async function storedJson(store: McpStore | undefined, name: string): Promise<unknown> {
  const text = await store?.get(name);
  return text === undefined ? undefined : tryParseJson(text);
}

/** Returns a store whose errors have the kind `server` and begin with `label`. */
export function namedStore(store: McpStore, label: string): McpStore {
  const named = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new LlmError('server', `${label}: the store failed: ${messageOf(error)}`, {}, { cause: error });
    }
  };
  return {
    get: (name) => named(async () => store.get(name)),
    set: (name, value) => named(async () => store.set(name, value)),
  };
}

/**
 * Returns an issuer as a part of a name. A server chooses its issuer, so the name contains no `..`, which has a meaning in the paths
 * of a store in files.
 */
export const issuerPart = (issuer: string): string => issuer.replaceAll('..', '%2E%2E');
