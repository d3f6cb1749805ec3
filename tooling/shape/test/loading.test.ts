import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ARROWS } from '../src/arrows.ts';
import { published, read, ROOT, sourcesOf, type Package } from '../src/repository.ts';
import { loadedBy, runtimeImportsOf } from '../src/syntax.ts';

const HERE = join(ROOT, 'tooling/shape');
const run = (type: 'commonjs' | 'module', script: string): string =>
  execFileSync(process.execPath, [`--input-type=${type}`, '-e', script], {
    cwd: HERE,
    encoding: 'utf8',
  }).trim();

/** `.` → the package, `./provider` → its subpath. */
const entriesOf = ({ manifest }: Package): string[] =>
  Object.keys(manifest.exports ?? {})
    .filter((entry) => !entry.endsWith('.json'))
    .map((entry) => manifest.name + entry.slice(1));

/** The file behind an entry: `…/chat` is `dist/chat.js`. */
const builtAs = ({ path, manifest }: Package, entry: string): string =>
  `${path}/dist/${entry.slice(manifest.name.length + 1) || 'index'}.js`;

describe.each(published.flatMap(entriesOf))('%s', (entry) => {
  test('loads by import and by require, with the same names', () => {
    const imported = run('module', `console.log(Object.keys(await import('${entry}')).join())`);
    // Node adds `__esModule` where there is a default export.
    const names = `Object.keys(require('${entry}')).filter((name) => name !== '__esModule')`;
    const required = run('commonjs', `console.log(${names}.join())`);
    expect(imported).not.toBe('');
    expect(required).toBe(imported);
  });

  test('does no work at import: the process ends without output', () => {
    expect(run('module', `await import('${entry}')`)).toBe('');
  });
});

const withSdk = published.filter(
  ({ id }) => id.startsWith('provider-') && (ARROWS[id]?.others.length ?? 0) > 0,
);

test.each(withSdk)('$id loads its SDK at the first call, not at import', (pkg) => {
  const sdks = ARROWS[pkg.id]?.others ?? [];
  const isSdk = (name: string): boolean => sdks.some((sdk) => name === sdk || name.startsWith(`${sdk}/`));
  const isLate = (name: string): boolean => isSdk(name) || name === './sdk.ts';
  const loading = sourcesOf(pkg).filter((file) => loadedBy(file, read(file)).some(isLate));
  expect(loading).toEqual([`${pkg.path}/src/sdk.ts`]);
  const entries = entriesOf(pkg).map((entry) => builtAs(pkg, entry));
  expect(entries.filter((file) => loadedBy(file, read(file)).some(isSdk))).toEqual([]);
});

test('core loads exactly four parts at their first use', () => {
  const core = published.find(({ id }) => id === 'core');
  const later = (core === undefined ? [] : sourcesOf(core)).flatMap((file) => {
    const atOnce = loadedBy(file, read(file)).length;
    return runtimeImportsOf(file, read(file))
      .slice(atOnce)
      .map((name) => `${file}: ${name}`);
  });
  expect(later).toEqual([
    'packages/base/core/src/client/chat-model.ts: ../operations/typed-objects.ts',
    'packages/base/core/src/client/create.ts: ./prepared-targets.ts',
    'packages/base/core/src/client/other-models.ts: ./other-calls.ts',
    'packages/base/core/src/schema/to-json-schema.ts: ./json-schema.ts',
  ]);
});
