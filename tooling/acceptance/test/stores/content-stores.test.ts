import { fileStoreConformance } from '@majordomo/conformance';
import { sqliteStores } from '@majordomo/store-sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'majordomo-content-'));
let files = 0;

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('files in SQLite', () => {
  for (const { name, run } of fileStoreConformance)
    it(name, () =>
      run(async () => {
        const path = join(folder, `${files++}.db`);
        return [sqliteStores(path).files, sqliteStores(path).files];
      }),
    );
});
