import { expect, test, vi } from 'vitest';
import { allRecords, MAX_RECORDS, memoryRecords } from '../src/index.ts';

const COUNT = 2 * MAX_RECORDS;
const keys = Array.from({ length: COUNT }, (_, at) => String(at).padStart(5, '0'));

async function setUp() {
  const records = memoryRecords();
  for (let at = 0; at < COUNT; at += MAX_RECORDS)
    await records.write(
      'space',
      keys.slice(at, at + MAX_RECORDS).map((key) => ({ type: 'put', key, value: '1', label: 'x' }) as const),
    );
  return { records, list: vi.spyOn(records, 'list') };
}

test.each([
  [0, 0],
  [1, 1],
  [MAX_RECORDS, 1],
  [MAX_RECORDS + 1, 2],
  [COUNT, 2],
  [Infinity, 3],
])('a list of at most %d records is read in %d pages', async (limit, pages) => {
  const { records, list } = await setUp();
  const found: string[] = [];
  for await (const { key } of allRecords(records, 'space', { label: 'x' }, limit)) found.push(key);
  expect(found).toEqual(keys.slice(0, limit));
  expect(list).toHaveBeenCalledTimes(pages);
});
