import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hi, world } from './cache-fixture.ts';

// Entries of each stored format. WRITE_STORED=1 writes the file of the current format, which never changes after its first release.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, '1.json');

/** Returns a store over entries. */
const over = (entries: Map<string, unknown>) => ({
  get: async (key: string) => entries.get(key),
  set: async (key: string, value: unknown) => void entries.set(key, value),
  delete: async (key: string) => void entries.delete(key),
});

it.runIf(process.env['WRITE_STORED'] === '1')('writes the file of the current format', async () => {
  const entries = new Map<string, unknown>();
  await world(() => ({ pieces: ['Paris'] }), { store: over(entries) }).model.generate(hi);
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
});

const files = readdirSync(WRITTEN);

it.each(files)('answers from the entry of %s, under the same key', async (name) => {
  const entries = JSON.parse(readFileSync(join(WRITTEN, name), 'utf8')) as Record<string, unknown>;
  const { model, requests } = world(() => ({ pieces: ['another'] }), {
    store: over(new Map(Object.entries(entries))),
  });
  expect((await model.generate(hi)).text).toBe('Paris');
  expect(requests).toEqual([]);
});
