import { fileStoreConformance, recordStoreConformance } from '@majordomo/conformance';
import { sqliteStores, type SqliteStores } from '@majordomo/store-sqlite';
import { join } from 'node:path';
import { suiteFolder } from '@majordomo/test-support';
import { afterEach, describe, it } from 'vitest';

const folder = suiteFolder();
const opened: SqliteStores[] = [];
let files = 0;

afterEach(async () => {
  for (const stores of opened.splice(0)) await stores.close();
});

/** Opens a new file twice, as two processes would. */
function openTwice(): readonly [SqliteStores, SqliteStores] {
  const path = join(folder, `${files++}.db`);
  const both = [sqliteStores(path), sqliteStores(path)] as const;
  opened.push(...both);
  return both;
}

describe('files in SQLite', () => {
  for (const { name, run } of fileStoreConformance)
    it(name, () =>
      run(async () => {
        const [mine, theirs] = openTwice();
        return [mine.files, theirs.files];
      }),
    );
});

describe('records in SQLite', () => {
  for (const { name, run } of recordStoreConformance)
    it(name, () =>
      run(async () => {
        const [mine, theirs] = openTwice();
        return [mine.records, theirs.records];
      }),
    );
});
