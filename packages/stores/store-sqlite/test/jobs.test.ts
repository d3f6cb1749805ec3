import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const MIB = 1_048_576;
const at = folder();

it('a job is postponed without writing its record', async () => {
  const path = at('postponed.db');
  await using stores = sqliteStores(path);
  const { jobs } = stores;
  let version = await jobs.save('a', 'x'.repeat(8 * MIB), 0, { dueMs: 1 });
  const database = new DatabaseSync(path);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  for (let renewals = 0; renewals < 20; renewals++) version = await jobs.postpone('a', version ?? 0, 30_000);
  expect(statSync(`${path}-wal`).size).toBeLessThan(MIB);
  expect((await jobs.load('a'))?.record).toHaveLength(8 * MIB);
});

it('expired records of jobs are deleted from the file while jobs are saved or polled', async () => {
  const path = at('expired.db');
  const clock = fakeClock(1_000_000);
  await using stores = sqliteStores(path, { clock });
  const { jobs } = stores;
  const database = new DatabaseSync(path, { readOnly: true });
  const count = (): unknown => database.prepare('SELECT count(*) AS rows FROM background_records').get();
  for (let job = 0; job < 50; job++) await jobs.save(`${job}`, 'an answer', 0, { keepMs: 1000 });
  await jobs.save('kept', 'an answer', 0, { keepMs: 60_000 });
  expect(count()).toEqual({ rows: 51 });
  await clock.advance(1000);
  expect(count()).toEqual({ rows: 51 });
  await jobs.save('new', 'an answer', 0, {});
  await jobs.due(1);
  await jobs.due(1);
  expect(count()).toEqual({ rows: 2 });
  database.close();
});
