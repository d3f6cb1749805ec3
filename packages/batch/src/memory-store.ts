import { LlmError, systemClock, type Clock, type JsonObject } from '@majordomo/core';
import type { BatchRow, BatchStore } from './contract.ts';

interface StoredJob {
  version: number;
  json: string | undefined;
  lock: { readonly holder: string; readonly until: number } | undefined;
  /** Rows by index. */
  readonly rows: (BatchRow | undefined)[];
  readonly indexes: Map<string, number>;
}

/** Creates a store that holds jobs in memory. The jobs are lost when the process ends. */
export function memoryBatchStore({
  clock = systemClock,
}: { readonly clock?: Clock | undefined } = {}): BatchStore {
  const jobs = new Map<string, StoredJob>();
  const jobAt = (key: string): StoredJob => {
    const none: StoredJob = { version: 0, json: undefined, lock: undefined, rows: [], indexes: new Map() };
    const job = jobs.get(key) ?? none;
    jobs.set(key, job);
    return job;
  };
  return {
    async load(key) {
      const { json, version = 0 } = jobs.get(key) ?? {};
      return json === undefined ? undefined : { job: JSON.parse(json) as JsonObject, version };
    },
    async save(key, job, version) {
      const stored = jobAt(key);
      if (stored.version !== version) return false;
      stored.version++;
      stored.json = JSON.stringify(job);
      return true;
    },
    keys: async () => [...jobs.keys()].filter((key) => jobs.get(key)?.json !== undefined).sort(),
    async lock(key, holder, leaseMs) {
      const stored = jobAt(key);
      const now = clock.now();
      const { lock } = stored;
      if (lock !== undefined && lock.holder !== holder && lock.until > now) return false;
      stored.lock = { holder, until: now + leaseMs };
      return true;
    },
    async unlock(key, holder) {
      const stored = jobs.get(key);
      if (stored?.lock?.holder === holder) stored.lock = undefined;
    },
    async add(key, rows) {
      const { rows: stored, indexes } = jobAt(key);
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
    async move(key, moves) {
      const stored = jobs.get(key)?.rows ?? [];
      for (const { index, from, to, data } of moves) {
        const row = stored[index];
        if (row?.place === from) stored[index] = { ...row, place: to, data: data ?? row.data };
      }
    },
    async counts(key) {
      const counts: Record<string, number> = {};
      for (const row of jobs.get(key)?.rows ?? [])
        if (row !== undefined) counts[row.place] = (counts[row.place] ?? 0) + 1;
      return counts;
    },
    async remove(key) {
      jobs.delete(key);
    },
  };
}

const idError = (index: number, problem: string): LlmError =>
  new LlmError('config', `items[${index}].id: ${problem}`, { path: `items[${index}].id` });
