import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, published, read } from '../../src/repository.ts';

const files = filesIn('.');

/** Returns the paths and globs in a configuration that begin with a folder of the repository. */
const globsIn = (config: string): readonly string[] =>
  [...read(config).matchAll(/['"]((?:packages|apps|tooling)\/[^'"]+)['"]/g)].map(([, glob = '']) => glob);

// A glob that matches nothing does not fail its tool, which then checks nothing.
test.each(['eslint.config.js', '.oxlintrc.json'])('every glob in %s matches a file', (config) => {
  const globs = globsIn(config);
  const useless = globs.filter((glob) => !files.some((file) => matchesGlob(file, glob)));
  expect(useless.map((glob) => `${config}: ${glob} matches no file; change or remove it`)).toEqual([]);
});

test('every folder in knip.json is a package', () => {
  const useless = globsIn('knip.json')
    .filter((glob) => !/\.(?:ts|mjs|mts)$/.test(glob))
    .filter((glob) => !files.some((file) => matchesGlob(file, `${glob}/package.json`)));
  expect(useless.map((glob) => `knip.json: ${glob} is not a package; change or remove it`)).toEqual([]);
});

test.each(published.filter(({ wing }) => wing !== undefined))(
  'eslint checks the sources of $path',
  ({ path }) => {
    const [glob = ''] = globsIn('eslint.config.js').filter((each) => each.endsWith('/src/**/*.ts'));
    expect(files.filter((file) => file.startsWith(`${path}/src/`) && matchesGlob(file, glob))).not.toEqual(
      [],
    );
  },
);
