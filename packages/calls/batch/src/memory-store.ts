import { LlmError, systemClock, type Clock, type JsonObject } from '@majordomo/core';
import type { BatchRow, BatchStore } from './contract.ts';

interface StoredJob {
  version: number;
  json: string;
  /** Last holder of the lock. After its release, `until` is 0. */
  lock: { readonly holder: string; readonly fence: number; readonly until: number } | undefined;
  /** Rows by index. */
  readonly rows: (BatchRow | undefined)[];
  readonly indexes: Map<string, number>;
}

const memoryStores = new WeakSet<BatchStore>();

/** Whether a store is one of `memoryBatchStore`. */
export const isMemoryStore = (store: BatchStore): boolean => memoryStores.has(store);

/** Creates a store that holds jobs in memory. The jobs are lost when the process ends. */
export function memoryBatchStore({
  clock = systemClock,
}: { readonly clock?: Clock | undefined } = {}): BatchStore {
  const jobs = new Map<string, StoredJob>();
  /** Fencing number of the last new holder, of any job. */
  let lastFence = 0;
  /** Highest version of removed jobs. */
  let removedVersion = 0;
  const store: BatchStore = {
    async load(key) {
      const stored = jobs.get(key);
      return stored && { job: JSON.parse(stored.json) as JsonObject, version: stored.version };
    },
    async save(key, job, version, fence) {
      const stored = jobs.get(key);
      if (version !== (stored?.version ?? 0)) return false;
      if (fence !== undefined && fence !== stored?.lock?.fence) return false;
      const json = JSON.stringify(job);
      if (stored === undefined)
        jobs.set(key, { version: removedVersion + 1, json, lock: undefined, rows: [], indexes: new Map() });
      else Object.assign(stored, { version: version + 1, json });
      return true;
    },
    keys: async () => [...jobs.keys()].sort(),
    async lock(key, holder, leaseMs) {
      const stored = jobs.get(key);
      if (stored === undefined) return undefined;
      const now = clock.now();
      const isOwn = stored.lock?.holder === holder;
      if (stored.lock !== undefined && !isOwn && stored.lock.until > now) return undefined;
      const fence = stored.lock !== undefined && isOwn ? stored.lock.fence : ++lastFence;
      stored.lock = { holder, fence, until: now + leaseMs };
      return fence;
    },
    async unlock(key, holder) {
      const stored = jobs.get(key);
      if (stored?.lock?.holder === holder) stored.lock = { ...stored.lock, until: 0 };
    },
    async add(key, rows, version) {
      const job = jobs.get(key);
      if (job?.version !== version) return false;
      const { rows: stored, indexes } = job;
      const added = new Map<string, number>();
      for (const { index, id } of rows) {
        const other = indexes.get(id) ?? added.get(id) ?? index;
        const known = stored[index]?.id ?? id;
        if (other !== index) throw idError(index, `items[${other}] has the same id "${id}"; use unique ids`);
        if (known !== id)
          throw idError(
            index,
            `the stored item has the id "${known}", not "${id}"; submit the same items, or use another key`,
          );
        added.set(id, index);
      }
      for (const row of rows) {
        stored[row.index] ??= row;
        indexes.set(row.id, row.index);
      }
      return true;
    },
    async rows(key, { place, indexes, after = -1, limit }) {
      const stored = jobs.get(key)?.rows ?? [];
      const found: BatchRow[] = [];
      for (const index of indexes?.toSorted((a, b) => a - b) ?? stored.keys()) {
        const row = stored[index];
        if (row === undefined || index <= after || (place ?? row.place) !== row.place) continue;
        if (found.push(row) === limit) break;
      }
      return found;
    },
    async move(key, moves, fence) {
      const job = jobs.get(key);
      if (job?.lock?.fence !== fence) return false;
      const { rows: stored } = job;
      for (const { index, from, to, data } of moves) {
        const row = stored[index];
        if (row?.place === from) stored[index] = { ...row, place: to, data: data ?? row.data };
      }
      return true;
    },
    async counts(key) {
      const counts: Record<string, number> = {};
      for (const row of jobs.get(key)?.rows ?? [])
        if (row !== undefined) counts[row.place] = (counts[row.place] ?? 0) + 1;
      return counts;
    },
    async remove(key, version) {
      if (jobs.get(key)?.version !== version) return false;
      removedVersion = Math.max(removedVersion, version);
      return jobs.delete(key);
    },
  };
  memoryStores.add(store);
  return store;
}

const idError = (index: number, problem: string): LlmError =>
  new LlmError('config', `items[${index}].id: ${problem}`, { path: `items[${index}].id` });
