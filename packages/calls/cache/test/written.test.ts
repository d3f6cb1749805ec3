import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryRecords, type StoredRecord } from '@majordomo/records';
import { expect, it } from 'vitest';
import { hi, world } from './cache-fixture.ts';

// Records of each stored format. WRITE_STORED=1 writes the file of the current format, which never changes after its first release.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, '1.json');

// Answers lie in spaces of the last two characters of their keys.
const spaces = Array.from({ length: 256 }, (_, index) => `answers/${index.toString(16).padStart(2, '0')}`);
const spaceOf = (key: string): string => `answers/${key.slice(-2)}`;

it.runIf(process.env['WRITE_STORED'] === '1')('writes the file of the current format', async () => {
  const records = memoryRecords();
  const { model, types } = world(() => ({ pieces: ['Paris'] }), { records });
  await model.generate(hi);
  await expect.poll(types).toContain('stored');
  const pages = await Promise.all(spaces.map((space) => records.list(space, { limit: 1 })));
  const { key, value } = pages.flat()[0]!;
  writeFileSync(FILE, `${JSON.stringify({ key, value }, undefined, 2)}\n`);
});

const files = readdirSync(WRITTEN);

it.each(files)('answers from the record of %s, under the same key', async (name) => {
  const { key, value } = JSON.parse(readFileSync(join(WRITTEN, name), 'utf8')) as StoredRecord;
  const records = memoryRecords();
  await records.write(spaceOf(key), [{ type: 'put', key, value }]);
  const { model, requests } = world(() => ({ pieces: ['another'] }), { records });
  expect((await model.generate(hi)).text).toBe('Paris');
  expect(requests).toEqual([]);
});
