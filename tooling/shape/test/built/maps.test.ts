import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { published, read, ROOT } from '../../src/repository.ts';

test.each(published.map(({ path }) => path))('the maps of %s contain the sources', (path) => {
  const files = readdirSync(join(ROOT, path, 'dist'), { recursive: true, encoding: 'utf8' });
  const maps = files
    .filter((file) => file.endsWith('.js.map'))
    .map((file) => JSON.parse(read(join(path, 'dist', file))) as SourceMap);
  expect(maps).not.toEqual([]);
  const incomplete = maps.filter(
    ({ sources, sourcesContent = [] }) =>
      sourcesContent.filter((source) => source !== null).length < sources.length,
  );
  const remedy = `${path}/dist: maps without sources; keep \`sourcemap\` in tooling/build/tsup.ts`;
  expect(
    incomplete.map(({ sources }) => sources),
    remedy,
  ).toEqual([]);
});

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}
