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

it('retains the latest 100,000 records, and forgets the ids of those that it removed', async () => {
  const records = new MemoryRecords();
  for (let id = 0; id < 110_000; id++) records.append(record(`${id}`, 1));
  expect(await idsOf(records, { call: '9999' })).toBe('');
  expect(await idsOf(records, { call: '10000' })).toBe('10000');
  records.append(record('0', 2));
  expect(await idsOf(records, { call: '0' })).toBe('0');
  expect(await idsOf(records, { call: '10000' })).toBe('10000');
});
