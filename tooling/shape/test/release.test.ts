import { expect, test } from 'vitest';
import { lacksIn } from '../../release/lacks.mjs';

const paths = ['package.json', 'LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts'];
const manifest = {
  license: 'MIT',
  publishConfig: { access: 'public', provenance: true },
  exports: {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  dependencies: { '@majordomo/core': '^1.0.0' },
};

test('a complete tarball has no problem', () => {
  expect([...lacksIn(manifest, paths)]).toEqual([]);
});

test.each([
  ['no licence file', { manifest, paths: paths.filter((path) => path !== 'LICENSE') }],
  ['no licence field', { manifest: { ...manifest, license: undefined }, paths }],
  ['no README', { manifest, paths: paths.filter((path) => path !== 'README.md') }],
  ['no types file', { manifest, paths: paths.filter((path) => path !== 'dist/index.d.ts') }],
  [
    'no types in exports',
    { manifest: { ...manifest, exports: { '.': { default: './dist/index.js' } } }, paths },
  ],
  ['no build', { manifest, paths: paths.filter((path) => path !== 'dist/index.js') }],
  ['no provenance', { manifest: { ...manifest, publishConfig: { access: 'public' } }, paths }],
  ['no public access', { manifest: { ...manifest, publishConfig: { provenance: true } }, paths }],
  [
    'a workspace range',
    { manifest: { ...manifest, dependencies: { '@majordomo/core': 'workspace:^' } }, paths },
  ],
])('a tarball with %s is held back', (_what, tarball) => {
  expect([...lacksIn(tarball.manifest, tarball.paths)]).toHaveLength(1);
});
