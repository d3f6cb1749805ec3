import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { hi, world } from './cache-fixture.ts';

// Entries that releases wrote. WRITE_STORED=1 writes the file of the next release, once.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, `${manifest.version}.json`);

/** Returns a store over entries. */
const over = (entries: Map<string, unknown>) => ({
  get: async (key: string) => entries.get(key),
  set: async (key: string, value: unknown) => void entries.set(key, value),
  delete: async (key: string) => void entries.delete(key),
});

it.runIf(process.env['WRITE_STORED'] === '1' && !existsSync(FILE))(
  'writes the file of this release',
  async () => {
    const entries = new Map<string, unknown>();
    await world(() => ({ pieces: ['Paris'] }), { store: over(entries) }).model.generate(hi);
    writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
  },
);

const files = readdirSync(WRITTEN);

it('an entry of the first release is stored', () => {
  expect(files).toContain('1.0.0.json');
});

it.each(files)('answers from the entry of %s, under the same key', async (name) => {
  const entries = JSON.parse(readFileSync(join(WRITTEN, name), 'utf8')) as Record<string, unknown>;
  const { model, requests } = world(() => ({ pieces: ['another'] }), {
    store: over(new Map(Object.entries(entries))),
  });
  expect((await model.generate(hi)).text).toBe('Paris');
  expect(requests).toEqual([]);
});
