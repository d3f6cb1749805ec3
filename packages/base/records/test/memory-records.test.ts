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
