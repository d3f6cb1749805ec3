import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packagesIn, ROOT } from '../../../tooling/build/packages.ts';
import { replacements } from '../src/data/replacement.ts';

const FOLDERS = new Map(packagesIn().map(({ manifest, path }) => [manifest.name, join(ROOT, path)]));

/** Names that messages recommend, with the package that must export them. */
const recommendedNames = Object.values(replacements).flatMap(({ package: name, call }) => {
  const index = join(FOLDERS.get(name) ?? '', 'src', 'index.ts');
  const names = call.match(/\bcreate\w+|openaiCompatible|(?<=openaiCompatible\()\w+/g) ?? [];
  return names.map((factory) => ({ name, factory, index }));
});

it.each(recommendedNames)('$name exports $factory', ({ index, factory }) => {
  expect(readFileSync(index, 'utf8')).toMatch(new RegExp(`\\b${factory}\\b`));
});
