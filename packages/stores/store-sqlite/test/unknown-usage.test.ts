import { DatabaseSync } from 'node:sqlite';
import type { SpendRecord } from '@majordomo/ledger';
import { expect, it } from 'vitest';
import { APPLICATION_ID, MIGRATIONS } from '../src/file/schema.ts';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();
const TIME = Date.UTC(2026, 10, 1, 12, 30);
const HOUR = TIME / 3_600_000 - 0.5;

const countedRecord: SpendRecord = {
  id: 'counted',
  at: new Date(TIME).toISOString(),
  call: 'counted',
  operation: 'chat',
  target: 'acme/x',
  vendor: 'acme',
  model: 'x',
  name: undefined,
  tenant: undefined,
  tags: {},
  outcome: 'finished',
  ms: 5,
  usage: { input: 1, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
  nanoUsd: '7',
  basis: 'catalogue',
  missing: [],
  catalog: '2026-11-01',
};
const records: readonly SpendRecord[] = [
  countedRecord,
  { ...countedRecord, id: 'no usage', call: 'no usage', usage: undefined },
  {
    ...countedRecord,
    id: 'no output',
    call: 'no output',
    usage: { ...countedRecord.usage!, output: undefined },
  },
  { ...countedRecord, id: 'booked', call: 'booked', operation: 'booked', usage: undefined },
  {
    ...countedRecord,
    id: 'image',
    call: 'image',
    operation: 'image',
    usage: { ...countedRecord.usage!, input: undefined, details: { units: { image: 1 } } },
  },
];

it('a report counts attempts without a count of tokens, whose tokens its sums omit', async () => {
  await using stores = sqliteStores(at('usage.db'));
  for (const record of records) await stores.ledger.append(record);
  const expected = { attempts: 5, input: 2, output: 4, unknownUsage: 2 };
  expect(await stores.ledger.report!({ by: [] })).toMatchObject([expected]);
  const range = { from: new Date(TIME), to: new Date(TIME + 1) };
  expect(await stores.ledger.report!({ by: [], ...range })).toMatchObject([expected]);
});

it('a file of the fourth version gets the count from its records', async () => {
  const path = at('fourth.db');
  const file = new DatabaseSync(path);
  file.exec(
    `${MIGRATIONS.slice(0, 4).join(';')}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 4`,
  );
  const { tenant, vendor, model, target, name, outcome } = countedRecord;
  file
    .prepare('INSERT INTO series VALUES (1, ?)')
    .run(JSON.stringify([tenant, vendor, model, target, name, outcome]));
  const hour = file.prepare('INSERT INTO hours VALUES (?, 1, ?, ?, 3, 6, 0, 35, 0, ?)');
  const insert = file.prepare(
    'INSERT INTO records (id, at, call, series, ms, json) VALUES (?, ?, ?, 1, 5, ?)',
  );
  // A report reads the sums of complete hours: the hour of the records lies between two others.
  for (const [offset, rows] of [
    [-1, [countedRecord]],
    [0, records],
    [1, [countedRecord]],
  ] as const) {
    hour.run(HOUR + offset, rows.length, rows.length, new Uint8Array());
    for (const { id, ...record } of rows)
      insert.run(`${offset} ${id}`, TIME + offset * 3_600_000, id, JSON.stringify({ id, ...record }));
  }
  file.close();
  await using stores = sqliteStores(path);
  expect(await stores.ledger.report!({ by: [] })).toMatchObject([{ attempts: 7, unknownUsage: 2 }]);
});
