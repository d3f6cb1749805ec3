import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { checkData, WRITTEN_AT, writeData } from '@majordomo/services';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();

it('a process continues when a later version has added columns to its open file', async () => {
  const path = at('later.db');
  await using stores = sqliteStores(path, { clock: fakeClock(WRITTEN_AT) });
  const database = new DatabaseSync(path);
  const tables = database
    // Tables of the words of a search belong to SQLite.
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%words%'`)
    .all();
  expect(tables.length).toBeGreaterThan(10);
  for (const { name } of tables)
    database.exec(`ALTER TABLE "${String(name)}" ADD COLUMN later INTEGER NOT NULL DEFAULT 0`);
  database.close();
  await writeData(stores);
  const { records } = stores;
  await records.write('labels', [{ type: 'put', key: 'a', value: '1', label: 'first' }]);
  await records.write('labels', [{ type: 'touch', key: 'a', label: 'second' }]);
  expect(await records.counts('labels')).toEqual({ second: 1 });
  await checkData(stores);
});

it.skipIf(process.platform === 'win32')(
  'a new file and its log can be read by their owner only',
  async () => {
    const path = at('private.db');
    await using stores = sqliteStores(path);
    await stores.records.write('space', [{ type: 'put', key: 'key', value: '1' }]);
    for (const name of [path, `${path}-wal`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  },
);
