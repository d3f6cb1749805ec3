import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordStoreConformance } from '@majordomo/conformance';
import { sqliteStores, type SqliteStores } from '@majordomo/store-sqlite';
import { afterAll, afterEach, describe, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'majordomo-records-'));
const opened: SqliteStores[] = [];

afterEach(async () => {
  for (const stores of opened.splice(0)) await stores.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('records in SQLite', () => {
  let files = 0;
  for (const { name, run } of recordStoreConformance)
    it(name, () =>
      run(async () => {
        const path = join(folder, `${files++}.db`);
        const [mine, theirs] = [sqliteStores(path), sqliteStores(path)];
        opened.push(mine, theirs);
        return [mine.records, theirs.records];
      }),
    );
});
