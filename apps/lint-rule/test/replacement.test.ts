import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { replacements } from '../src/data/replacement.ts';

const PACKAGES = join(import.meta.dirname, '..', '..', '..', 'packages');

/** Each name of our own that a message tells to write, by the package that must export it. */
const named = Object.values(replacements).flatMap(({ package: name, call }) => {
  const index = join(PACKAGES, name.replace('@majordomo/', ''), 'src', 'index.ts');
  const words = call.match(/\bcreate\w+|openaiCompatible|(?<=openaiCompatible\()\w+/g) ?? [];
  return words.map((word) => ({ name, word, index }));
});

it.each(named.filter(({ index }) => existsSync(index)))('$name exports $word', ({ index, word }) => {
  expect(readFileSync(index, 'utf8')).toMatch(new RegExp(`\\b${word}\\b`));
});
