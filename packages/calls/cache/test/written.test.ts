import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryRecords, type StoredRecord } from '@majordomo/records';
import { expect, it } from 'vitest';
import { hi, world } from './cache-fixture.ts';

// Records of each stored format. WRITE_STORED=1 writes the file of the current format, which never changes after its first release.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, '1.json');

it.runIf(process.env['WRITE_STORED'] === '1')('writes the file of the current format', async () => {
  const records = memoryRecords();
  const { model, types } = world(() => ({ pieces: ['Paris'] }), { records });
  await model.generate(hi);
  await expect.poll(types).toContain('stored');
  const [{ key, value } = { key: '', value: '' }] = await records.list('answers', { limit: 1 });
  writeFileSync(FILE, `${JSON.stringify({ key, value }, undefined, 2)}\n`);
});

const files = readdirSync(WRITTEN);

it.each(files)('answers from the record of %s, under the same key', async (name) => {
  const { key, value } = JSON.parse(readFileSync(join(WRITTEN, name), 'utf8')) as StoredRecord;
  const records = memoryRecords();
  await records.write('answers', [{ type: 'put', key, value }]);
  const { model, requests } = world(() => ({ pieces: ['another'] }), { records });
  expect((await model.generate(hi)).text).toBe('Paris');
  expect(requests).toEqual([]);
});
