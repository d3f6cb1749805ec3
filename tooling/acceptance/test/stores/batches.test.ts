import { memoryBatchStore } from '@majordomo/batch';
import { batchStoreConformance } from '@majordomo/conformance';
import { sqliteStores } from '@majordomo/store-sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'majordomo-batches-'));
let files = 0;

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('batch jobs in memory', () => {
  for (const { name, run } of batchStoreConformance)
    it(name, () =>
      run(async () => {
        const store = memoryBatchStore();
        return [store, store];
      }),
    );
});

describe('batch jobs in SQLite', () => {
  for (const { name, run } of batchStoreConformance)
    it(name, () =>
      run(async () => {
        const path = join(folder, `${files++}.db`);
        return [sqliteStores(path).batches, sqliteStores(path).batches];
      }),
    );
});
