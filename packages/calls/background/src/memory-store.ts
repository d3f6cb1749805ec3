import { systemClock, type Clock, type JsonObject } from '@majordomo/core';
import type { JobStore } from './contract.ts';

interface StoredRecord {
  readonly version: number;
  readonly json: string;
  readonly dueAt: number | undefined;
  readonly expiresAt: number;
}

/** Minimum time between two searches for expired records, in milliseconds. */
const SWEEP_MS = 60_000;

/** Creates a store that holds jobs in memory. The jobs are lost when the process ends. */
export function memoryJobStore({
  clock = systemClock,
}: { readonly clock?: Clock | undefined } = {}): JobStore {
  const records = new Map<string, StoredRecord>();
  let lastVersion = 0;
  const find = (key: string): StoredRecord | undefined => {
    const stored = records.get(key);
    if (stored === undefined || stored.expiresAt > clock.now()) return stored;
    records.delete(key);
    return undefined;
  };
  let sweptAt = clock.now();
  const removeExpired = (): void => {
    if (clock.now() - sweptAt < SWEEP_MS) return;
    sweptAt = clock.now();
    for (const key of records.keys()) find(key);
  };
  return {
    async load(key) {
      const stored = find(key);
      return stored && { record: JSON.parse(stored.json) as JsonObject, version: stored.version };
    },
    async save(key, record, version, { dueAt, keepMs = Infinity }) {
      removeExpired();
      if (version !== (find(key)?.version ?? 0)) return undefined;
      const expiresAt = clock.now() + keepMs;
      records.delete(key);
      records.set(key, { version: ++lastVersion, json: JSON.stringify(record), dueAt, expiresAt });
      return lastVersion;
    },
    async due(limit) {
      const found: { readonly key: string; readonly dueAt: number }[] = [];
      for (const key of records.keys()) {
        const dueAt = find(key)?.dueAt;
        if (dueAt !== undefined) found.push({ key, dueAt });
      }
      return found.toSorted((a, b) => a.dueAt - b.dueAt).slice(0, limit);
    },
    async remove(key, version) {
      if (find(key)?.version !== version) return false;
      return records.delete(key);
    },
  };
}
