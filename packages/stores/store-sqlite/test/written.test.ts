import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkData, WRITTEN_AT, writeData } from '@majordomo/services';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

// Files that releases wrote. WRITE_STORED=1 writes the file of the next release, once.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, `${manifest.version}.db`);
const at = folder();

it.runIf(process.env['WRITE_STORED'] === '1' && !existsSync(FILE))(
  'writes the file of this release',
  async () => {
    await using stores = sqliteStores(FILE, { clock: fakeClock(WRITTEN_AT) });
    await writeData(stores);
  },
);

const files = readdirSync(WRITTEN).filter((name) => name.endsWith('.db'));

it('a file of the first release is stored', () => {
  expect(files).toContain('1.0.0.db');
});

it.each(files)('the file %s is read completely, and accepts new data', async (name) => {
  const path = at(name);
  copyFileSync(join(WRITTEN, name), path);
  await using stores = sqliteStores(path, { clock: fakeClock(WRITTEN_AT + 1000) });
  await checkData(stores);
});
