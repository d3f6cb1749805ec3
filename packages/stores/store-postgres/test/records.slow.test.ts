import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RecordQuery } from '@majordomo/records';
import { describeWith } from '@majordomo/services';
import { expect, it } from 'vitest';
import type { Value } from '../src/client/client.ts';
import { KINDS } from './support/clients.ts';
import { onPostgres } from './support/stores.ts';

const PROCESS = new URL('./support/records-process.ts', import.meta.url).pathname;
/** Maximum number of pages of 8 KiB that a statement may read. The records of the space have thousands. */
const MAX_PAGES = 150;

describeWith('postgres', 'records', () => {
  const { client, stores, url } = onPostgres();

  it('are touched without writing their values', async () => {
    const { records } = stores({ schema: 'touched' });
    // Random text, which PostgreSQL cannot compress.
    const value = Array.from({ length: 30_000 }, () => crypto.randomUUID()).join('');
    await records.write('a', [{ type: 'put', key: 'a', value }]);
    const size = async (): Promise<number> => {
      const [row] = await client().query(`SELECT pg_table_size('touched.entries'::regclass)::text AS size`);
      return Number(row?.['size']);
    };
    const before = await size();
    expect(before).toBeGreaterThan(value.length / 2);
    for (let renewals = 0; renewals < 20; renewals++)
      await records.write('a', [{ type: 'touch', key: 'a', dueMs: 30_000, label: `${renewals}` }]);
    expect(await size()).toBeLessThan(before * 1.2);
    expect((await records.get('a', 'a'))?.value).toBe(value);
  });

  it('are deleted after their time while records are written, with their texts', async () => {
    const { records } = stores({ schema: 'expired' });
    const count = async (table: string): Promise<number> => {
      const [row] = await client().query(`SELECT count(*)::text AS rows FROM expired.${table}`);
      return Number(row?.['rows']);
    };
    const expiring = Array.from({ length: 50 }, (_, number) => `${number}`);
    await records.write('a', [
      ...expiring.map((key) => ({ type: 'put', key, value: '1', keepMs: 1, texts: ['word'] }) as const),
      { type: 'put', key: 'kept', value: '1', keepMs: 3_600_000, texts: ['word'] },
    ]);
    await expect.poll(() => records.counts('a')).toEqual({ '': 1 });
    for (let writes = 0; writes < 3; writes++)
      await records.write('b', [{ type: 'check', key: 'a', version: 0 }]);
    expect(await Promise.all(['entries', 'entry_texts', 'entry_counts'].map(count))).toEqual([1, 1, 1]);

    await records.write('a', [{ type: 'put', key: 'last', value: '1', keepMs: -1, label: 'x' }]);
    await client().query('SELECT expired.sweep(1000)');
    expect(await count('entries')).toBe(1);
    expect(await records.counts('a')).toEqual({ '': 1 });
  });

  it('are listed, counted and written without reading other records', async () => {
    const { client: pool, query } = client();
    const sent: (readonly [string, readonly Value[]])[] = [];
    const recorder = {
      query(text: string, values: readonly Value[] = []) {
        sent.push([text, values]);
        return (pool as { query(text: string, values: readonly Value[]): unknown }).query(text, values);
      },
      on: () => undefined,
      off: () => undefined,
    };
    const { records } = stores({ schema: 'many', client: recorder });
    await records.counts('a');
    // The plans of functions must also suit a table that has grown since its statistics were collected.
    await query('ANALYZE many.entries');
    for (let portion = 0; portion < 20; portion++)
      await records.write(
        'a',
        Array.from({ length: 1000 }, (_, number) => ({
          type: 'put',
          key: `${portion * 1000 + number}`,
          value: 'x'.repeat(500),
          label: `${number % 4}`,
          dueMs: number % 2 === 0 ? 1 : undefined,
          keepMs: number % 10 === 0 ? 3_600_000 : undefined,
        })),
      );
    await query('ANALYZE many.entries');
    sent.length = 0;
    const after = (await records.get('a', '5000')) ?? { key: '', at: 0 };
    const queries: readonly RecordQuery[] = [
      { limit: 10 },
      { limit: 10, after },
      { limit: 10, label: '1' },
      { limit: 10, label: '1', after },
      { limit: 10, prefix: '77' },
      { limit: 10, label: '1', prefix: '77', after },
      { limit: 10, keys: ['1', '2', '3'] },
      { limit: 10, order: 'newest' },
      { limit: 10, order: 'newest', label: '1' },
      { limit: 10, order: 'due' },
      { limit: 10, values: false },
    ];
    for (const selection of queries) expect(await records.list('a', selection)).not.toHaveLength(0);
    await records.counts('a');
    await records.write('a', [
      { type: 'put', key: '7', value: 'x', version: (await records.get('a', '7'))?.version },
      { type: 'touch', key: '8', label: 'other' },
      { type: 'remove', key: '9' },
      { type: 'check', key: 'new', version: 0 },
    ]);
    const costs: unknown[] = [];
    for (const [text, values] of [...sent].filter(([sql]) => !sql.includes('sweep'))) {
      const [row] = await query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
      const [{ Plan: plan }] = row?.['QUERY PLAN'] as [{ Plan: Readonly<Record<string, unknown>> }];
      const pages = Number(plan['Shared Hit Blocks']) + Number(plan['Shared Read Blocks']);
      if (pages > MAX_PAGES || JSON.stringify(plan).includes('Seq Scan')) costs.push([text, pages, plan]);
    }
    expect(sent.length).toBeGreaterThan(queries.length);
    expect(costs).toEqual([]);
  });

  it('are written by several processes in different orders without a deadlock, and counted exactly', async () => {
    const { records } = stores({ schema: 'shared' });
    await records.counts('shared');
    const run = promisify(execFile);
    const made = await Promise.all(
      KINDS.map((kind) => run(process.execPath, [PROCESS, url(), 'shared', kind, '30'])),
    );
    for (const { stdout } of made) expect(Number(stdout)).toBeGreaterThan(10);
    const counted: Record<string, number> = {};
    for (const { label } of await records.list('shared', { limit: 1000 }))
      counted[label] = (counted[label] ?? 0) + 1;
    expect(await records.counts('shared')).toEqual(counted);
  }, 60_000);
});
