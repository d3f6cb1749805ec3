import { describeWith } from '@majordomo/services';
import { expect, it } from 'vitest';
import { onPostgres } from './support/stores.ts';

describeWith('postgres', 'background jobs', () => {
  const { client, stores } = onPostgres();

  it('are postponed without writing their records', async () => {
    const { jobs } = stores({ schema: 'postponed' });
    // Random text, which PostgreSQL cannot compress.
    const record = Array.from({ length: 30_000 }, () => crypto.randomUUID()).join('');
    let version = await jobs.save('a', record, 0, { dueMs: 1 });
    const size = async (): Promise<number> => {
      const [row] = await client().query(
        `SELECT pg_table_size('postponed.background_jobs'::regclass)::text AS size`,
      );
      return Number(row?.['size']);
    };
    const before = await size();
    expect(before).toBeGreaterThan(record.length / 2);
    for (let renewals = 0; renewals < 20; renewals++)
      version = await jobs.postpone('a', version ?? 0, 30_000);
    expect(await size()).toBeLessThan(before * 1.2);
    expect((await jobs.load('a'))?.record).toBe(record);
  });

  it('are deleted after their time', async () => {
    const { jobs } = stores({ schema: 'expired' });
    await jobs.save('kept', 'an answer', 0, { keepMs: 3_600_000 });
    await jobs.save('stored', 'an answer', 0, {});
    await jobs.save('expired', 'an answer', 0, { keepMs: 1 });
    await expect.poll(() => jobs.load('expired')).toBeUndefined();
    await client().query('SELECT expired.sweep(1000)');
    const rows = await client().query('SELECT key FROM expired.background_jobs ORDER BY key');
    expect(rows).toEqual([{ key: 'kept' }, { key: 'stored' }]);
  });
});
