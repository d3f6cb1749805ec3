import { DatabaseSync } from 'node:sqlite';
import type { SpendRecord } from '@majordomo/ledger';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';
import { recordOf } from './records.ts';

const at = folder();
const DAY = 86_400_000;
const BEGAN = Date.UTC(2026, 10, 1);

const record = (id: string, when: number, call = id): SpendRecord =>
  recordOf(id, { at: new Date(when).toISOString(), call });

it('deletes expired records and their sums, a thousand at a time', async () => {
  const path = at('old.db');
  const clock = fakeClock(BEGAN);
  await using stores = sqliteStores(path, { clock, keepRecordsMs: 10 * DAY });
  const { ledger } = stores;
  const append = async (name: string, count: number): Promise<void> => {
    for (let number = 0; number < count; number++)
      await ledger.append(record(`${name}${number}`, clock.now(), `${name}${number >> 1}`));
  };
  await append('first', 2500);
  await clock.advance(5 * DAY);
  await append('second', 10);
  await clock.advance(6 * DAY);
  const countOf = async (): Promise<number> => (await ledger.report!({ by: [] })).at(0)?.attempts ?? 0;
  await append('third', 1);
  // The sum of an hour is stored until its last record is deleted.
  expect(await countOf()).toBe(2511);
  await append('fourth', 3);
  expect(await countOf()).toBe(14);
  expect(await ledger.report!({ by: ['month'] })).toMatchObject([{ attempts: 14, nanoUsd: 98n }]);
  const left: string[] = [];
  for await (const { id } of ledger.records({})) left.push(id);
  expect(left).toHaveLength(14);
  const file = new DatabaseSync(path, { readOnly: true });
  expect(file.prepare('SELECT count(*) AS n FROM shared_calls').get()).toEqual({ n: 12 });
  file.close();
});

it('deletes nothing by default', async () => {
  const clock = fakeClock(BEGAN);
  await using stores = sqliteStores(at('ever.db'), { clock });
  await stores.ledger.append(record('a', clock.now()));
  await clock.advance(4000 * DAY);
  await stores.ledger.append(record('b', clock.now()));
  expect(await stores.ledger.report!({ by: [] })).toMatchObject([{ attempts: 2 }]);
});

it.each([0, -1, NaN, Infinity, 3_600_000])('rejects a retention of %s ms', (keepRecordsMs) => {
  expect(() => sqliteStores(at('wrong.db'), { keepRecordsMs })).toThrow(
    /keepRecordsMs must be a (?:finite )?number of 86400000 or more, not /,
  );
});
