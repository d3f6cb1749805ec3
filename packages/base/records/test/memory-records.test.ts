import { expect, it } from 'vitest';
import { memoryRecords } from '../src/index.ts';

it('removes the records that were put first if a space has more than `maxRecords`', async () => {
  const records = memoryRecords({ maxRecords: 2 });
  const put = (key: string) => records.write('s', [{ type: 'put', key, value: '0' }]);
  for (const key of ['a', 'b', 'a']) await put(key);
  await records.write('s', [{ type: 'touch', key: 'b', label: 'touched' }]);
  await put('c');
  await records.write('t', [{ type: 'put', key: 'a', value: '0' }]);
  const keys = async (space: string) => (await records.list(space, { limit: 9 })).map(({ key }) => key);
  expect([await keys('s'), await keys('t')]).toEqual([['a', 'c'], ['a']]);
});

it('rejects a name of a space that is too long, as every other store does', async () => {
  const records = memoryRecords();
  const space = 's'.repeat(201);
  await expect(records.counts(space)).rejects.toThrow('records: space');
  await expect(records.watch?.(space, () => undefined)).rejects.toThrow('records: space');
});

it('writes a record and notifies the other watchers if a watcher throws', async () => {
  const records = memoryRecords();
  const changed: unknown[] = [];
  await records.watch?.('s', () => {
    throw new Error('a fault of the watcher');
  });
  await records.watch?.('s', (key) => changed.push(key));
  expect(await records.write('s', [{ type: 'put', key: 'a', value: '0' }])).toEqual([1]);
  expect(changed).toEqual(['a']);
});
