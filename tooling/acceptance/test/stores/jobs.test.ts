import { memoryJobStore } from '@majordomo/background';
import { jobStoreConformance } from '@majordomo/conformance';
import { sqliteStores } from '@majordomo/store-sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'majordomo-jobs-'));
let files = 0;

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('jobs in memory', () => {
  for (const { name, run } of jobStoreConformance)
    it(name, () =>
      run(async () => {
        const store = memoryJobStore();
        return [store, store];
      }),
    );
});

describe('jobs in SQLite', () => {
  for (const { name, run } of jobStoreConformance)
    it(name, () =>
      run(async () => {
        const path = join(folder, `${files++}.db`);
        return [sqliteStores(path).jobs, sqliteStores(path).jobs];
      }),
    );
});
