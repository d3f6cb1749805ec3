import { describeWith, writeData } from '@majordomo/services';
import { expect, it } from 'vitest';
import { onPostgres } from './support/stores.ts';

describeWith('postgres', 'a process of another version', () => {
  const { client, stores } = onPostgres();

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
