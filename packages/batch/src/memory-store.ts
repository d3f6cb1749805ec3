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

/** Creates a store that holds jobs in memory. */
export function memoryBatchStore({
  clock = systemClock,
}: { readonly clock?: Clock | undefined } = {}): BatchStore {
  const jobs = new Map<string, StoredJob>();
  const jobAt = (key: string): StoredJob => {
    const job = jobs.get(key) ?? {
      version: 0,
      json: undefined,
      lock: undefined,
      rows: [],
      indexes: new Map(),
    };
    jobs.set(key, job);
    return job;
  };
  const store: BatchStore = {
    load(key) {
      const { json, version = 0 } = jobs.get(key) ?? {};
      return Promise.resolve(
        json === undefined ? undefined : { job: JSON.parse(json) as JsonObject, version },
      );
    },
    save(key, job, version) {
      const stored = jobAt(key);
      if (stored.version !== version) return Promise.resolve(false);
      stored.version++;
      stored.json = JSON.stringify(job);
      return Promise.resolve(true);
    },
    keys: () => Promise.resolve([...jobs.keys()].filter((key) => jobs.get(key)?.json !== undefined).sort()),
    lock(key, holder, leaseMs) {
      const stored = jobAt(key);
      const now = clock.now();
      const { lock } = stored;
      if (lock !== undefined && lock.holder !== holder && lock.until > now) return Promise.resolve(false);
      stored.lock = { holder, until: now + leaseMs };
      return Promise.resolve(true);
    },
    unlock(key, holder) {
      const stored = jobs.get(key);
      if (stored?.lock?.holder === holder) stored.lock = undefined;
      return Promise.resolve();
    },
    add(key, rows) {
      const { rows: stored, indexes } = jobAt(key);
      const added = new Map<string, number>();
      for (const { index, id } of rows) {
        const other = indexes.get(id) ?? added.get(id) ?? index;
        if (other !== index) return Promise.reject(repeatedId(index, id, other));
        const known = stored[index]?.id ?? id;
        if (known !== id) return Promise.reject(otherId(index, id, known));
        added.set(id, index);
      }
      for (const row of rows) {
        stored[row.index] ??= row;
        indexes.set(row.id, row.index);
      }
      return Promise.resolve();
    },
    rows(key, { place, indexes, after = -1, limit }) {
      const stored = jobs.get(key)?.rows ?? [];
      const wanted = indexes === undefined ? undefined : new Set(indexes);
      const found: BatchRow[] = [];
      for (let index = after + 1; index < stored.length && found.length < limit; index++) {
        const row = stored[index];
        if (row === undefined || (place !== undefined && row.place !== place)) continue;
        if (wanted?.has(index) !== false) found.push(row);
      }
      return Promise.resolve(found);
    },
    move(key, moves) {
      const stored = jobs.get(key)?.rows ?? [];
      for (const { index, from, to, data } of moves) {
        const row = stored[index];
        if (row?.place === from) stored[index] = { ...row, place: to, data: data ?? row.data };
      }
      return Promise.resolve();
    },
    counts(key) {
      const counts: Record<string, number> = {};
      for (const row of jobs.get(key)?.rows ?? [])
        if (row !== undefined) counts[row.place] = (counts[row.place] ?? 0) + 1;
      return Promise.resolve(counts);
    },
    remove(key) {
      jobs.delete(key);
      return Promise.resolve();
    },
  };
  return store;
}

const repeatedId = (index: number, id: string, other: number): LlmError =>
  new LlmError('config', `items[${index}].id: items[${other}] has the same id "${id}"`, {
    path: `items[${index}].id`,
  });

const otherId = (index: number, id: string, known: string): LlmError =>
  new LlmError(
    'config',
    `items[${index}].id: the stored item has the id "${known}", not "${id}"; submit the same items, or use another key`,
    { path: `items[${index}].id` },
  );
