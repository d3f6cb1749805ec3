import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, read } from '../src/repository.ts';

const SOURCES = 'packages/core/src';
const LIST = `${SOURCES}/deferred.ts`;

/** Modules that a file loads when it comes to them. */
const loadedLater = (file: string): readonly string[] =>
  [...read(file).matchAll(/\bimport\('(\.[^']+)'\)/g)].map(([, name = '']) => join(file, '..', name));

test('what core loads when it is first used is in one list, for clocks that stand still meanwhile', () => {
  const files = filesIn(SOURCES).filter((file) => !file.endsWith('.test.ts') && file !== LIST);
  const used = new Set(files.flatMap(loadedLater));
  expect(new Set(loadedLater(LIST))).toEqual(used);
  expect(used.size).toBeGreaterThan(0);
});
