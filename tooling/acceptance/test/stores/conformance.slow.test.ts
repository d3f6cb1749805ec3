import { join } from 'node:path';
import { memoryCallStore } from '@majordomo/admin';
import { memoryStore, type LedgerStore } from '@majordomo/ledger';
import { memoryRecords } from '@majordomo/records';
import { featureCases, searchCases, type Pair } from '@majordomo/services/features';
import { sqliteStores } from '@majordomo/store-sqlite';
import { callStoreConformance, ledgerStoreConformance } from '@majordomo/conformance';
import { suiteFolder } from '@majordomo/test-support';
import { describe, it } from 'vitest';

const folder = suiteFolder();
let files = 0;
const file = (): string => join(folder, `${files++}.db`);

const ledgers: Readonly<Record<string, () => LedgerStore>> = {
  'in memory': () => memoryStore(),
  'in SQLite': () => sqliteStores(file()).ledger,
  'in SQLite without a file': () => sqliteStores(':memory:').ledger,
};

/**
 * Whether the case makes a thousand steps in SQLite without a file, whose statements are those of SQLite in a file. Such cases run
 * with SOAK=1, as in the nightly run.
 */
const isOnlyInSoak = (kind: string, name: string): boolean =>
  process.env['SOAK'] === undefined && kind === 'in SQLite without a file' && /thousand/.test(name);

describe.each(Object.entries(ledgers))('books %s', (kind, create) => {
  for (const { name, run } of ledgerStoreConformance)
    it.skipIf(isOnlyInSoak(kind, name))(name, () => run(async () => create()));
});

describe('calls in memory', () => {
  for (const { name, run } of callStoreConformance)
    it(name, () =>
      run(async () => {
        const store = memoryCallStore();
        return [store, store];
      }),
    );
});

describe('calls in SQLite', () => {
  for (const { name, run } of callStoreConformance)
    it(name, () =>
      run(async () => {
        const path = file();
        return [sqliteStores(path).calls, sqliteStores(path).calls];
      }),
    );
});

const pairs: Readonly<Record<string, () => Pair>> = {
  'in memory': () => {
    const records = memoryRecords();
    return [records, records];
  },
  // Opens one file twice, as two processes would.
  'in SQLite': () => {
    const path = file();
    return [sqliteStores(path).records, sqliteStores(path).records];
  },
};

describe.each(Object.entries(pairs))('features %s', (_, create) => {
  for (const { name, run } of [...featureCases, ...searchCases]) it(name, () => run(create()));
});
