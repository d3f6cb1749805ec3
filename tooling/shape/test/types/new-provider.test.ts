import { describe, expect, test } from 'vitest';
import { providerFiles } from '../../../new-provider/provider-files.ts';
import { complaintsAbout } from '../../src/compile.ts';
import { read } from '../../src/repository.ts';

const FOLDER = 'packages/providers/provider-moon-base/';
const files = providerFiles('moon-base');
const own = Object.keys(files)
  .filter((file) => file.startsWith(FOLDER))
  .map((file) => file.slice(FOLDER.length));

describe('a new provider', () => {
  test('compiles against the built packages', () => {
    // The modules are in one folder here, like those of src/.
    const sources = own.filter((file) => file.startsWith('src/'));
    const modules = sources.map((file) => [
      file.slice('src/'.length),
      (files[FOLDER + file] ?? '').replaceAll(/from '(\.\/[^']+)\.ts'/g, "from '$1.js'"),
    ]);
    expect(modules.length).toBeGreaterThan(0);
    expect(complaintsAbout(Object.fromEntries(modules) as Record<string, string>)).toEqual({});
  });

  test('is called by its name everywhere', () => {
    expect(
      Object.values(files).filter((text) => /acme/i.test(text.replaceAll(/CONTRIBUTING[^]*/g, ''))),
    ).toEqual([]);
    expect(files[`${FOLDER}src/provider.ts`]).toContain('export function createMoonBase(');
    expect(files[`${FOLDER}src/options.ts`]).toContain("'MOON_BASE_API_KEY'");
  });

  test.each([
    'tooling/shape/src/arrows.ts',
    'tooling/shape/package.json',
    'apps/docs/packages.md',
    '.env.example',
  ])('has one line more in %s', (file) => {
    const before = read(file).split('\n');
    const after = (files[file] ?? '').split('\n');
    const added = after.filter((line) => !before.includes(line));
    expect([after.length - before.length, added.length]).toEqual([1, 1]);
    expect(added[0]?.toLowerCase()).toMatch(/moon[-_]base/);
  });
});

test.each(['', 'Acme', 'a b', '../x', '-a', '9x'])('"%s" is not a name', (name) => {
  expect(() => providerFiles(name)).toThrow('is not a valid name');
});
