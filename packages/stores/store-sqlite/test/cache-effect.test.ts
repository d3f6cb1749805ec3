import { DatabaseSync } from 'node:sqlite';
import type { SpendRecord } from '@majordomo/ledger';
import { expect, it } from 'vitest';
import { APPLICATION_ID, MIGRATIONS } from '../src/file/schema.ts';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();
const TIME = Date.UTC(2026, 10, 1, 12, 30);
const HOUR = TIME / 3_600_000 - 0.5;

const record: SpendRecord = {
  id: 'a',
  at: new Date(TIME).toISOString(),
  call: 'a',
  operation: 'chat',
  target: 'acme/x',
  vendor: 'acme',
  model: 'x',
  name: undefined,
  tenant: undefined,
  tags: {},
  outcome: 'finished',
  ms: 5,
  usage: { input: 1, output: 2, cacheRead: undefined, cacheWrite: 40, reasoning: undefined },
  nanoUsd: '7',
  basis: 'catalogue',
  missing: [],
  catalog: '2026-11-01',
};

it('a file of the fifth version gets the written tokens from its records, and adds the effect of new ones', async () => {
  const path = at('fifth.db');
  const file = new DatabaseSync(path);
  file.exec(
    `${MIGRATIONS.slice(0, 5).join(';')}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 5`,
  );
  const { tenant, vendor, model, target, name, outcome, usage } = record;
  file
    .prepare('INSERT INTO series VALUES (1, ?)')
    .run(JSON.stringify([tenant, vendor, model, target, name, outcome]));
  const rows = [record, { ...record, id: 'b', call: 'b', usage: { ...usage!, cacheWrite: undefined } }];
  const insert = file.prepare(
    'INSERT INTO records (id, at, call, series, ms, json) VALUES (?, ?, ?, 1, 5, ?)',
  );
  // A report reads the sums of complete hours: the hour of these records lies between two others.
  for (const offset of [-1, 0, 1]) {
    file
      .prepare('INSERT INTO hours VALUES (?, 1, 2, 2, 2, 4, 0, 14, 0, ?, 0)')
      .run(HOUR + offset, new Uint8Array());
    for (const { id, ...row } of rows)
      insert.run(`${offset} ${id}`, TIME + offset * 3_600_000, id, JSON.stringify({ id, ...row }));
  }
  file.close();
  await using stores = sqliteStores(path);
  expect(await stores.ledger.report!({ by: [] })).toMatchObject([
    { attempts: 6, cacheWrite: 120, cacheSavedNanoUsd: 0n, cacheExtraNanoUsd: 0n },
  ]);
  const effect = { cacheSavedNanoUsd: '9007199254740993', cacheExtraNanoUsd: '3' };
  await stores.ledger.append({ ...record, ...effect, id: 'c', call: 'c' });
  await stores.ledger.append({ ...record, ...effect, cacheSavedNanoUsd: '-2', id: 'd', call: 'd' });
  expect(await stores.ledger.report!({ by: [] })).toMatchObject([
    { attempts: 8, cacheWrite: 200, cacheSavedNanoUsd: 9007199254740991n, cacheExtraNanoUsd: 6n },
  ]);
});
