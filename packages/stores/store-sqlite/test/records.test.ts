import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { RecordQuery } from '@majordomo/records';
import { sqliteRecords } from '@majordomo/records/sqlite';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { Database } from '../src/file/database.ts';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const MIB = 1_048_576;
/** Value that has a separate row. */
const LONG = JSON.stringify('x'.repeat(5000));
const at = folder();

it('a touch does not write the value', async () => {
  const path = at('touched.db');
  await using stores = sqliteStores(path);
  const { records } = stores;
  await records.write('a', [{ type: 'put', key: 'a', value: 'x'.repeat(8 * MIB) }]);
  const database = new DatabaseSync(path);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  for (let renewals = 0; renewals < 20; renewals++)
    await records.write('a', [{ type: 'touch', key: 'a', dueMs: 30_000, label: `${renewals}` }]);
  expect(statSync(`${path}-wal`).size).toBeLessThan(MIB);
  expect((await records.get('a', 'a'))?.value).toHaveLength(8 * MIB);
});

it('a value replaces a longer or shorter one without a rest', async () => {
  const path = at('lengths.db');
  await using stores = sqliteStores(path);
  const { records } = stores;
  const database = new DatabaseSync(path, { readOnly: true });
  const parts = (): unknown => database.prepare('SELECT count(*) AS rows FROM entry_parts').get()?.['rows'];
  for (const [length, count] of [
    [10, 0],
    [250_000, 3],
    [150_000, 2],
    [2001, 1],
    [10, 0],
    [100_000, 1],
    [99_999, 1],
  ] as const) {
    const value = 'x'.repeat(length - 2) + '\u{1F600}';
    await records.write('a', [{ type: 'put', key: 'a', value }]);
    expect((await records.get('a', 'a'))?.value === value).toBe(true);
    expect((await records.list('a', { limit: 1 }))[0]?.value === value).toBe(true);
    expect(parts()).toBe(count);
  }
  database.close();
});

it('a long value is the one of a single write, also if another process writes while it is read', async () => {
  const path = at('replaced.db');
  await using stores = sqliteStores(path);
  const value = 'a'.repeat(250_000);
  await stores.records.write('a', [{ type: 'put', key: 'a', value }]);
  const database = new Database(path);
  const other = new DatabaseSync(path);
  const run = database.run.bind(database);
  database.run = (sql, ...values) => {
    const rows = run(sql, ...values);
    other.exec("UPDATE entry_parts SET value = replace(value, 'a', 'b')");
    return rows;
  };
  const records = sqliteRecords(database, Date.now);
  expect((await records.get('a', 'a'))?.value === value).toBe(true);
  const [listed] = await records.list('a', { limit: 1 });
  expect(listed?.value === 'b'.repeat(250_000)).toBe(true);
  other.close();
  database.close();
});

it('expired records are deleted from the file with their values and texts while records are written', async () => {
  const path = at('expired.db');
  const clock = fakeClock(1_000_000);
  await using stores = sqliteStores(path, { clock });
  const { records } = stores;
  const database = new DatabaseSync(path, { readOnly: true });
  const tables = ['entries', 'entry_parts', 'entry_texts', 'entry_words'];
  const count = (table: string): unknown =>
    database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'];
  const counts = (): unknown => tables.map(count);
  for (let number = 0; number < 50; number++)
    await records.write('a', [{ type: 'put', key: `${number}`, value: LONG, keepMs: 1000, texts: ['word'] }]);
  await records.write('a', [{ type: 'put', key: 'kept', value: LONG, keepMs: 60_000, texts: ['word'] }]);
  expect(counts()).toEqual([51, 51, 51, 51]);
  await clock.advance(1000);
  expect(await records.counts('a')).toEqual({ '': 1 });
  for (let writes = 0; writes < 3; writes++)
    await records.write('b', [{ type: 'check', key: 'a', version: 0 }]);
  expect(counts()).toEqual([1, 1, 1, 1]);
  database.close();
});

it('no statement reads records that it does not return', async () => {
  const path = at('plans.db');
  const database = new Database(path);
  const prepared: string[] = [];
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => {
    prepared.push(sql);
    return prepare(sql);
  };
  const records = sqliteRecords(database, () => 0);
  const after = { key: 'a', at: 1 };
  const queries: readonly RecordQuery[] = [
    { limit: 1 },
    { limit: 1, after },
    { limit: 1, label: 'x' },
    { limit: 1, label: 'x', after },
    { limit: 1, prefix: 'a' },
    { limit: 1, label: 'x', prefix: 'a', after },
    { limit: 1, keys: ['a'] },
    { limit: 1, order: 'newest' },
    { limit: 1, order: 'newest', after },
    { limit: 1, order: 'newest', label: 'x', after },
    { limit: 1, order: 'due' },
    { limit: 1, values: false },
  ];
  for (const query of queries) await records.list('a', query);
  await records.counts('a');
  await records.get('a', 'a');
  for (const type of ['put', 'put', 'touch', 'remove'] as const)
    await records.write('a', [
      { type, key: 'a', value: '1', texts: ['word'], label: '', dueMs: 1, keepMs: 1 },
    ]);
  const plans = prepared
    .filter((sql) => !sql.includes('MATCH'))
    .flatMap((sql) =>
      prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => `${String(detail)}: ${sql}`),
    );
  expect(plans.length).toBeGreaterThan(queries.length);
  const scans = plans.filter((plan) => /^SCAN (?:e\b|entries|entry_(?:values|counts))/.test(plan));
  const sorts = plans.filter(
    (plan) => plan.startsWith('USE TEMP B-TREE FOR ORDER BY') && !plan.includes('json_each'),
  );
  expect({ scans, sorts }).toEqual({ scans: [], sorts: [] });
  database.close();
});
