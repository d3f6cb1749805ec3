import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { replacements } from '../src/data/replacement.ts';

const PACKAGES = join(import.meta.dirname, '..', '..', '..', 'packages');

/** Names that messages recommend, with the package that must export them. */
const recommendedNames = Object.values(replacements).flatMap(({ package: name, call }) => {
  const index = join(PACKAGES, name.replace('@majordomo/', ''), 'src', 'index.ts');
  const names = call.match(/\bcreate\w+|openaiCompatible|(?<=openaiCompatible\()\w+/g) ?? [];
  return names.map((factory) => ({ name, factory, index }));
});

it.each(recommendedNames.filter(({ index }) => existsSync(index)))(
  '$name exports $factory',
  ({ index, factory }) => {
    expect(readFileSync(index, 'utf8')).toMatch(new RegExp(`\\b${factory}\\b`));
  },
);
