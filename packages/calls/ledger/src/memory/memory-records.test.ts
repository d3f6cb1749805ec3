import { expect, it } from 'vitest';
import type { RecordQuery, SpendRecord } from '../contract/record.ts';
import { MemoryRecords } from './memory-records.ts';

const at = (second: number): string => new Date(second * 1000).toISOString();
const record = (id: string, second: number, of: Partial<SpendRecord> = {}): SpendRecord =>
  ({ id, at: at(second), call: id, target: 'a/x', tenant: undefined, ...of }) as SpendRecord;

async function idsOf(records: MemoryRecords, query: RecordQuery = {}): Promise<string> {
  const ids: string[] = [];
  for await (const { id } of records.read(query)) ids.push(id);
  return ids.join(' ');
}

it('returns records in the order of their times, and those of one time in the order of arrival', async () => {
  const records = new MemoryRecords();
  for (const [id, second] of [
    ['late', 9],
    ['first', 1],
    ['c', 5],
    ['a', 5],
    ['last', 9],
    ['b', 5],
  ] as const)
    records.append(record(id, second));
  expect(await idsOf(records)).toBe('first c a b late last');
});

it('stores a record once', async () => {
  const records = new MemoryRecords();
  for (const id of ['1', '2', '1']) records.append(record(id, 1));
  expect(await idsOf(records)).toBe('1 2');
});

it.each<[RecordQuery, string]>([
  [{ from: new Date(2000) }, '2 3'],
  [{ to: new Date(2000) }, '1'],
  [{ from: new Date(2000), to: new Date(3000) }, '2'],
  [{ call: '2' }, '2'],
  [{ tenant: 't' }, '1 3'],
  [{ target: 'b/y' }, '3'],
  [{ target: 'b/y', tenant: 'u' }, ''],
])('finds the records of %j', async (query, ids) => {
  const records = new MemoryRecords();
  records.append(record('1', 1, { tenant: 't' }));
  records.append(record('2', 2));
  records.append(record('3', 3, { tenant: 't', target: 'b/y' }));
  expect(await idsOf(records, query)).toBe(ids);
});

it('retains the latest 100,000 records, and forgets the ids of those that it removed', async () => {
  const records = new MemoryRecords();
  for (let id = 0; id < 110_000; id++) records.append(record(`${id}`, 1));
  expect(await idsOf(records, { call: '9999' })).toBe('');
  expect(await idsOf(records, { call: '10000' })).toBe('10000');
  records.append(record('0', 2));
  expect(await idsOf(records, { call: '0' })).toBe('0');
  expect(await idsOf(records, { call: '10000' })).toBe('10000');
});
