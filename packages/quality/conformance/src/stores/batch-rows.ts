import { equal, ok } from 'node:assert/strict';
import type { StoredBatchRow, TestedBatchStore } from './stored-batches.ts';

/** Lease that does not end during a case, in milliseconds. */
export const LONG_MS = 600_000;

export const row = (index: number, changes: Partial<StoredBatchRow> = {}): StoredBatchRow => ({
  index,
  id: `id ${index}`,
  place: 'queue:0',
  request: JSON.stringify({ index, text: 'ü\0😀' }),
  data: undefined,
  ...changes,
});

export const rows = (count: number): readonly StoredBatchRow[] =>
  Array.from({ length: count }, (_, index) => row(index));

/** Stores jobs without rows. */
export async function saveJobs(store: TestedBatchStore, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) equal(await store.save(key, {}, 0), true);
}

/** Returns the version of a stored job. */
export async function versionOf(store: TestedBatchStore, key: string): Promise<number> {
  const stored = await store.load(key);
  ok(stored !== undefined, `${key} is stored`);
  return stored.version;
}

/** Acquires the lock of a job, and returns its fencing number. */
export async function fenceOf(store: TestedBatchStore, key: string, holder: string): Promise<number> {
  const fence = await store.lock(key, holder, LONG_MS);
  ok(fence !== undefined, `${holder} has the lock`);
  return fence;
}

/** Stores a job with rows, and returns the fencing number of a lock. */
export async function jobWithRows(store: TestedBatchStore, count: number): Promise<number> {
  await saveJobs(store, 'a');
  equal(await store.add('a', rows(count), await versionOf(store, 'a')), true);
  return fenceOf(store, 'a', 'one');
}

export const indexes = (found: readonly StoredBatchRow[]): readonly number[] =>
  found.map(({ index }) => index);
