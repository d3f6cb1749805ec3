import { conflict } from './conflict.ts';
import type { KeyRecord, KeyStore } from './key-store.ts';

/** Creates a store in the memory of this process. */
export function memoryKeyStore(): KeyStore {
  const byId = new Map<string, KeyRecord>();
  const byHash = new Map<string, string>();
  return {
    async put(record) {
      const stored = byId.get(record.id);
      const isTaken = record.hashes.some(({ sha256 }) => (byHash.get(sha256) ?? record.id) !== record.id);
      if (isTaken || (stored?.version ?? 0) !== record.version - 1) throw conflict(record.id);
      for (const { sha256 } of stored?.hashes ?? []) byHash.delete(sha256);
      for (const { sha256 } of record.hashes) byHash.set(sha256, record.id);
      byId.set(record.id, structuredClone(record));
    },
    find: (sha256) => byId.get(byHash.get(sha256) ?? ''),
    get: async (id) => byId.get(id),
    async list({ tenant, limit = DEFAULT_PAGE, after }) {
      const sorted = [...byId.values()].toSorted(newestFirst);
      const start = after === undefined ? 0 : sorted.findIndex(({ id }) => id === after) + 1;
      if (after !== undefined && start === 0) return [];
      const matching = sorted.slice(start).filter((key) => tenant === undefined || key.tenant === tenant);
      return matching.slice(0, limit);
    },
  };
}

const DEFAULT_PAGE = 100;

const newestFirst = (a: KeyRecord, b: KeyRecord): number =>
  `${a.createdAt} ${a.id}` > `${b.createdAt} ${b.id}` ? -1 : 1;
