import { describeWith } from '@majordomo/services';
import { expect, it } from 'vitest';
import { onPostgres } from './support/stores.ts';

describeWith('postgres', 'counters by prefix', () => {
  const { client, stores } = onPostgres();

  it('uses the index of the names', async () => {
    const schema = 'many_counters';
    const texts: string[] = [];
    const recording = {
      async query(text: string, values?: readonly (string | null)[]) {
        texts.push(text);
        return { rows: await client().query(text, values) };
      },
      on: () => undefined,
      off: () => undefined,
    };
    const { ledger } = stores({ schema, client: recording });
    await ledger.counters('');
    await client().query(
      `INSERT INTO ${schema}.counters (name, began) SELECT 'name/' || n, 0 FROM generate_series(1, 20000) AS n`,
    );
    await client().query(`ANALYZE ${schema}.counters`);
    const select = texts.find((text) => text.includes('starts_with')) ?? '';
    const plan = await client().query(`EXPLAIN ${select}`, ['name/199']);
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Cond: .*name >= 'name\/199'/);
    expect(await ledger.counters('name/1999')).toHaveLength(11);
  });
});
