import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkData, describeWith, writeData } from '@majordomo/services';
import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { dump } from './support/dump.ts';
import { onPostgres } from './support/stores.ts';

// Tables and rows that releases wrote. WRITE_STORED=1 writes the file of the next release, once.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, `${manifest.version}.sql`);
const SCHEMA = 'written';
const CENTURY_MS = 100 * 365 * 86_400_000;

describeWith('postgres', 'data of releases', () => {
  const { client, stores } = onPostgres();

  it.runIf(process.env['WRITE_STORED'] === '1' && !existsSync(FILE))(
    'writes the file of this release',
    async () => {
      await writeData(stores({ schema: SCHEMA }));
      writeFileSync(FILE, await dump(client(), SCHEMA));
    },
  );

  const files = readdirSync(WRITTEN);

  it('a file of the first release is stored', () => {
    expect(files).toContain('1.0.0.sql');
  });

  it.each(files)('the tables of %s are read completely, and accept new data', async (name) => {
    const { query } = client();
    await query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
    await query(readFileSync(join(WRITTEN, name), 'utf8'));
    // The server's clock is later than the data.
    const { claims, ...others } = stores({ schema: SCHEMA, keepRecordsMs: CENTURY_MS });
    // Release 1.0.0 stored no claims.
    const isFirst = name === '1.0.0.sql';
    if (isFirst) expect(await claims.claim('call')).toBe(true);
    await checkData(isFirst ? others : { ...others, claims });
  });
});
