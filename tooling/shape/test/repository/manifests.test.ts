import { describe, expect, test } from 'vitest';
import { PUBLISHED_AS } from '../../src/arrows.ts';
import { exists, published, read, workspace } from '../../src/repository.ts';

/** Packages that need more of Node than all others. */
const LATER_NODE: Readonly<Record<string, { readonly node: string; readonly because: string }>> = {
  'store-sqlite': { node: '>=22.16', because: 'the busy timeout of node:sqlite' },
};

describe.each(published)('$id', ({ id, path, manifest }) => {
  test('is an ES module for Node 22.12 and up, or with its reason a later one', () => {
    const { type, engines } = manifest;
    expect([type, engines]).toEqual(['module', { node: LATER_NODE[id]?.node ?? '>=22.12' }]);
  });

  test('has its name, its description and its place in the repository, and is not private', () => {
    const { name, repository, description = '', private: hidden } = manifest;
    expect({ name, directory: repository?.directory, hidden }).toEqual({
      name: PUBLISHED_AS[id] ?? `@majordomo/${id}`,
      directory: path,
      hidden: undefined,
    });
    expect(description).toMatch(/\.$/);
  });

  test('packs its build, its README, its licence and its skill, and nothing else', () => {
    // Core contains a skill for coding agents.
    const skills = manifest.name === '@majordomo/core' ? ['skills'] : [];
    expect(manifest.files).toEqual(['dist', ...skills, 'README.md', 'LICENSE']);
    expect(read(`${path}/LICENSE`)).toBe(read('LICENSE'));
  });

  test('has a README with the installation', () => {
    expect(exists(`${path}/README.md`), `${path}/README.md is missing`).toBe(true);
    const readme = read(`${path}/README.md`);
    expect(readme).toContain(`# ${manifest.name}`);
    // npm runs `create-x` as `npm create x`.
    const created = manifest.name.replace(/^create-/, 'create ');
    expect(readme).toMatch(new RegExp(`(?:npm|pnpm) (?:(?:i|install|add) .*${manifest.name}|${created}@)`));
  });

  test('builds, type-checks and checks its package by scripts of the same names', () => {
    expect(manifest.scripts).toMatchObject({
      build: 'tsup',
      typecheck: expect.stringMatching(/^tsc -p \./),
      pkgcheck: expect.stringMatching(/^node (?:\.\.\/)+tooling\/release\/check-package\.mjs$/),
    });
  });
});

test('there are packages', () => {
  expect(published.length).toBeGreaterThanOrEqual(5);
});

test('this package depends on every published one, so that examples of documents compile', () => {
  const { devDependencies = {} } = workspace.find(({ path }) => path === 'tooling/shape')!.manifest;
  expect(published.map(({ manifest }) => manifest.name).filter((name) => !(name in devDependencies))).toEqual(
    [],
  );
});
