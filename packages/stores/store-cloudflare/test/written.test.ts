import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { checkData, writeData } from '@majordomo/services';
import { expect, it, onTestFinished } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { cloudflareStores, LedgerObject } from '../src/index.ts';
import type { CloudflareStores } from '../src/index.ts';

// Databases of objects that releases wrote. WRITE_STORED=1 writes the file of the next release, once.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, `${manifest.version}.db`);
const DAY_MS = 86_400_000;

/** Returns the stores over one object, whose database is a file. */
function storesOf(path: string): CloudflareStores {
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  const storage = {
    sql: {
      exec: (query: string, ...values: (string | number | null)[]) => {
        const rows = database.prepare(query).all(...values);
        return { toArray: () => rows };
      },
    },
    transactionSync: (run: () => unknown) => run(),
  };
  const object = new LedgerObject({ storage }, {});
  const stub = { fetch: (url: string, init: RequestInit) => object.fetch(new Request(url, init)) };
  const ledger = { idFromName: () => ({}), get: () => stub };
  // The clock is later than the data.
  return cloudflareStores({ ledger, keepRecordsMs: 100 * 365 * DAY_MS });
}

/** Returns the path of a copy. */
function copyOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-object-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  copyFileSync(join(WRITTEN, name), join(folder, name));
  return join(folder, name);
}

it.runIf(process.env['WRITE_STORED'] === '1' && !existsSync(FILE))(
  'writes the file of this release',
  async () => {
    await writeData({ ledger: storesOf(FILE).ledger });
  },
);

const files = readdirSync(WRITTEN);

it('a file of the first release is stored', () => {
  expect(files).toContain('1.0.0.db');
});

it.each(files)('the object of %s is read completely, and accepts new data', async (name) => {
  await checkData({ ledger: storesOf(copyOf(name)).ledger });
});

it('an object of a newer format is refused, and not changed', async () => {
  const path = copyOf('1.0.0.db');
  const newer = new DatabaseSync(path);
  newer.exec('UPDATE format SET version = 2; DROP TABLE records');
  newer.close();
  const before = readFileSync(path);
  const { ledger } = storesOf(path);
  await expect(ledger.counters('')).rejects.toThrow(
    /newer version of @majordomo\/store-cloudflare .*format 2/,
  );
  expect(readFileSync(path).equals(before)).toBe(true);
});
