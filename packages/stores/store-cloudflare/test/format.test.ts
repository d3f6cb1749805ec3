import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { writeData } from '@majordomo/services';
import { testFolder } from '@majordomo/test-support';
import { expect, it, onTestFinished } from 'vitest';
import { cloudflareStores, LedgerObject } from '../src/index.ts';
import type { CloudflareBindings, CloudflareStores } from '../src/index.ts';

const NAMESPACE = { idFromName: () => ({}), get: () => ({}) };

/** Returns the stores over one object, whose database is a file. */
function storesOf(database: DatabaseSync): CloudflareStores {
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
  return cloudflareStores({ ledger: { idFromName: () => ({}), get: () => stub } });
}

it('an object of a newer format is refused, and not changed', async () => {
  const folder = testFolder();
  const path = join(folder, 'object.db');
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  await writeData({ ledger: storesOf(database).ledger });
  database.exec('UPDATE format SET version = 2; DROP TABLE records');
  const before = readFileSync(path);
  await expect(storesOf(database).ledger.counters('')).rejects.toThrow(
    /newer version of @majordomo\/store-cloudflare .*format 2/,
  );
  expect(readFileSync(path).equals(before)).toBe(true);
});

it.each([
  [{}, /ledger must be a namespace of Durable Objects/],
  [{ ledger: NAMESPACE, records: {} }, /records must be a namespace of Durable Objects/],
  [{ ledger: NAMESPACE, keepRecordsMs: 1 }, /keepRecordsMs must be a number of 86400000 or more, not 1/],
  [{ ledger: NAMESPACE, shard: 'tenants' }, /shard must be .*"tenant"/],
  [{ ledger: NAMESPACE, keepRecords: 1 }, /keepRecords is not an option.*keepRecordsMs/],
])('invalid bindings or options are rejected: %j', (bindings, message) => {
  expect(() => cloudflareStores(bindings as CloudflareBindings)).toThrow(message);
});
