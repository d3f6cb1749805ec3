import { systemClock, type Clock } from '@majordomo/core';
import type { JobStore } from './contract.ts';

interface StoredRecord {
  readonly record: string;
  readonly version: number;
  readonly expiresAt: number;
}

/** Minimum time between two searches for expired records, in milliseconds. */
const SWEEP_MS = 60_000;

/** Creates a store that holds jobs in memory. The jobs are lost when the process ends. */
export function memoryJobStore({
  clock = systemClock,
}: { readonly clock?: Clock | undefined } = {}): JobStore {
  const records = new Map<string, StoredRecord>();
  /** Due times by key, so that `due` does not read the ended jobs. */
  const dueTimes = new Map<string, number>();
  let lastVersion = 0;
  let sweptAt = clock.now();
  const remove = (key: string): void => {
    records.delete(key);
    dueTimes.delete(key);
  };
  const find = (key: string): StoredRecord | undefined => {
    const stored = records.get(key);
    if (stored === undefined || stored.expiresAt > clock.now()) return stored;
    remove(key);
    return undefined;
  };
  const put = (key: string, record: string, dueMs: number | undefined, expiresAt: number): number => {
    remove(key);
    records.set(key, { version: ++lastVersion, record, expiresAt });
    if (dueMs !== undefined) dueTimes.set(key, clock.now() + dueMs);
    return lastVersion;
  };
  const removeExpired = (): void => {
    if (clock.now() - sweptAt < SWEEP_MS) return;
    sweptAt = clock.now();
    for (const key of records.keys()) find(key);
  };
  return {
    async load(key) {
      const stored = find(key);
      const dueAt = dueTimes.get(key);
      const dueMs = dueAt === undefined ? undefined : dueAt - clock.now();
      return stored && { record: stored.record, version: stored.version, dueMs };
    },
    async save(key, record, version, { dueMs, keepMs = Infinity }) {
      removeExpired();
      if (version !== (find(key)?.version ?? 0)) return undefined;
      return put(key, record, dueMs, clock.now() + keepMs);
    },
    async postpone(key, version, dueMs) {
      const stored = find(key);
      return stored?.version === version ? put(key, stored.record, dueMs, stored.expiresAt) : undefined;
    },
    async due(limit) {
      removeExpired();
      const now = clock.now();
      const found = Array.from(dueTimes, ([key, dueAt]) => ({ key, dueMs: dueAt - now }));
      return found
        .filter(({ key }) => find(key) !== undefined)
        .toSorted((a, b) => a.dueMs - b.dueMs)
        .slice(0, limit);
    },
    async remove(key, version) {
      if (find(key)?.version !== version) return false;
      remove(key);
      return true;
    },
  };
}
