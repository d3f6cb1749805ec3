import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { expect, it } from 'vitest';
import { folderOf } from '../../build/packages.ts';
import { equivalentOf, FOLDER, isSame } from '../src/equivalent.ts';
import { mutantsOf } from '../src/mutant.ts';

const PACKAGES = readdirSync(FOLDER).map((file) => parse(file).name);

// If this test fails, the code has changed since the review of an entry. Review the new code, and change or remove the entry.
it.each(PACKAGES)('each equivalent mutant of %s exists in the current code', (name) => {
  const sources = join(folderOf(name), 'src');
  const entries = equivalentOf(name);
  const mutants = [...new Set(entries.map(({ file }) => file))].flatMap((file) => mutantsOf(sources, file));
  expect(entries.length).toBeGreaterThan(0);
  expect(entries.filter((entry) => !mutants.some((mutant) => isSame(entry, mutant)))).toEqual([]);
});
