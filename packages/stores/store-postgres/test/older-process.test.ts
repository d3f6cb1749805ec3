import { describeWith, writeData } from '@majordomo/services';
import { expect, it } from 'vitest';
import { onPostgres } from './support/stores.ts';

const HOUR_MS = 3_600_000;
const RANGE = { from: 0, to: 10 * HOUR_MS, limit: 10, level: 'models' } as const;
const COLUMNS = 'id, at, operation, outcome, ms, json';

describeWith('postgres', 'a process of another version', () => {
  const { client, stores } = onPostgres();

  it.each([
    [
      'stores a call',
      `INSERT INTO older.calls (${COLUMNS}) VALUES ('b', 100, 'chat', 'finished', 5, '{}')`,
      [0],
    ],
    [
      'replaces a call',
      `UPDATE older.calls SET at = ${HOUR_MS}, json = '{"ms":6}' WHERE id = 'a'`,
      [0, HOUR_MS],
    ],
    ['deletes a call', `DELETE FROM older.calls WHERE id = 'a'`, [0]],
  ])('removes the sums of the hour when it %s', async (_, sql, changedHours) => {
    const { query } = client();
    await query('DROP SCHEMA IF EXISTS older CASCADE');
    await using all = stores({ schema: 'older' });
    const { hours } = all.calls;
    await all.ready();
    await query(
      `INSERT INTO older.calls (${COLUMNS}) VALUES ('a', 1, 'chat', 'finished', 5, '{}'), ('c', ${5 * HOUR_MS}, 'chat', 'finished', 5, '{}')`,
    );
    for (const { hour, version } of (await hours?.read(RANGE)) ?? [])
      await hours?.write({ hour, version, models: 'summed', callers: 'summed' });
    await query(sql);
    const sums = (await hours?.read(RANGE)) ?? [];
    expect(sums.filter(({ sums: text }) => text === undefined).map(({ hour }) => hour)).toEqual(changedHours);
    expect(sums.find(({ hour }) => hour === 5 * HOUR_MS)?.sums).toBe('summed');
  });

  it('keeps the sums when it deletes the content of a call', async () => {
    const { query } = client();
    await query('DROP SCHEMA IF EXISTS older CASCADE');
    await using all = stores({ schema: 'older' });
    const { hours } = all.calls;
    await all.ready();
    await query(
      `INSERT INTO older.calls (${COLUMNS}, content) VALUES ('a', 1, 'chat', 'finished', 5, '{}', '{}')`,
    );
    const [hour] = (await hours?.read(RANGE)) ?? [];
    await hours?.write({ hour: 0, version: hour?.version ?? '', models: 'summed', callers: 'summed' });
    await query('UPDATE older.calls SET content = NULL');
    expect(await hours?.read(RANGE)).toMatchObject([{ hour: 0, sums: 'summed' }]);
  });

  it('continues when a later version has added columns', async () => {
    const { query } = client();
    await query('DROP SCHEMA IF EXISTS older CASCADE');
    await using all = stores({ schema: 'older' });
    await all.ready();
    const tables = await query(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'older'`);
    expect(tables.length).toBeGreaterThan(10);
    for (const { name } of tables)
      await query(`ALTER TABLE older."${String(name)}" ADD COLUMN later int NOT NULL DEFAULT 0`);
    await writeData(all);
    expect(await all.ledger.counters('usd/')).toMatchObject([{ used: 7n }]);
  });
});

describeWith('postgres', 'deletion of old rows', () => {
  const { client, stores } = onPostgres();

  it('deletes a counter whose claims were only refused', async () => {
    const { ledger } = stores({ schema: 'refused' });
    const claim = { amount: 2n, resetsInMs: undefined, whenLapsed: 'free' } as const;
    await ledger.reserve('refused', [{ ...claim, counter: 'refused', max: 1n }], 60_000);
    await ledger.reserve('admitted', [{ ...claim, counter: 'admitted', max: 5n }], 60_000);
    await client().query('UPDATE refused.counters SET ends = ends - 8 * 86400000');
    await client().query('SELECT refused.sweep(1000)');
    expect(await client().query('SELECT name FROM refused.counters')).toEqual([{ name: 'admitted' }]);
  });
});
