import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { assembleReleasePlan } from '@changesets/assemble-release-plan';
import { readConfig } from '@changesets/config';
import { readChangesets } from '@changesets/read';
import { getPackages } from '@manypkg/get-packages';
import { describe, expect, test } from 'vitest';
import { auditVerdict, lacksIn, lacksOfImports, lacksOfSize } from '../../../release/lacks.ts';
import { unpublishedOf } from '../../../release/lookup.ts';
import { exists, published, read, ROOT } from '../../src/repository.ts';

const paths = ['package.json', 'LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts'];
const manifest = {
  license: 'MIT',
  sideEffects: false,
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
  ['possible side effects', { manifest: { ...manifest, sideEffects: undefined }, paths }],
  ['a source file', { manifest, paths: [...paths, 'src/index.ts'] }],
  ['data without its notices', { manifest, paths: [...paths, 'dist/catalog.json'] }],
  [
    'a missing file of exports',
    { manifest: { ...manifest, exports: { ...manifest.exports, './data.json': './dist/data.json' } }, paths },
  ],
  [
    'a workspace range',
    { manifest: { ...manifest, dependencies: { '@majordomo/core': 'workspace:^' } }, paths },
  ],
])('a tarball with %s is held back', (_what, tarball) => {
  expect([...lacksIn(tarball.manifest, tarball.paths)]).toHaveLength(1);
});

const core = { exports: { '.': {}, './toolkit': {} } };
const importsOf = (text: string): readonly string[] => [
  ...lacksOfImports(
    { ...manifest, peerDependencies: { pg: '^8' } },
    new Map([
      ['dist/index.js', text],
      ['dist/index.d.ts', ''],
      ['dist/other.js', ''],
    ]),
    new Map([['@majordomo/core', core]]),
  ),
];

test('imports of files, built-in modules, dependencies and peers resolve', () => {
  const text = `import './other.js'; import 'node:fs'; import { a } from '@majordomo/core/toolkit'; await import('pg');`;
  expect(importsOf(text)).toEqual([]);
});

test.each([
  ["import './gone.js'", './gone.js, which is not in the tarball'],
  ["export * from 'zod'", 'zod is neither a dependency nor a peer'],
  ["await import('@majordomo/agent')", '@majordomo/agent is neither a dependency nor a peer'],
  ["import '@majordomo/core/inside'", '@majordomo/core does not export'],
  ["import '#page'", 'package.json does not define'],
])('published code with %s is held back', (text, problem) => {
  expect(importsOf(text)).toEqual([expect.stringContaining(problem)]);
});

const { unpacked } = JSON.parse(read('tooling/release/sizes.json')) as { unpacked: Record<string, number> };

test('each package has a recorded size', () => {
  const names = published.map(({ manifest: { name } }) => name);
  expect(Object.keys(unpacked).sort()).toEqual([...names].sort());
});

test('a size over 15 % above its recorded size is held back, also without a recorded size', () => {
  expect([...lacksOfSize('a', 115, { a: 100 })]).toEqual([]);
  expect([...lacksOfSize('a', 116, { a: 100 })]).toEqual([expect.stringContaining('recorded 100')]);
  expect([...lacksOfSize('b', 1, { a: 100 })]).toEqual([expect.stringContaining('no recorded size')]);
});

describe('a first release', async () => {
  const VERSIONS = { stable: '1.0.0', experimental: '0.1.0' };
  const LINK = /\]\(https:\/\/github\.com\/majordomo-llm\/majordomo\/blob\/main\/([\w/.-]+)\)/g;
  /** The version decides which packages are released, because a shallow clone has no tags. */
  const unreleased = published.filter(({ manifest }) => manifest.version === '0.0.0');
  const isAnyReleased = unreleased.length < published.length;
  const names = new Set(unreleased.map(({ manifest }) => manifest.name));
  const changesets = await readChangesets(ROOT);
  const notes = changesets.filter(
    ({ releases }) => !isAnyReleased || releases.some(({ name }) => names.has(name)),
  );

  test('gives a package its CHANGELOG.md and a version other than 0.0.0', () => {
    const released = published.filter(({ path }) => exists(`${path}/CHANGELOG.md`));
    expect(released.map(({ path }) => path)).toEqual(
      published.filter((one) => !unreleased.includes(one)).map(({ path }) => path),
    );
  });

  test('has one note per package, and no other changeset', () => {
    const expected = [...names].map((name) => [`first-release-${name.replace('@majordomo/', '')}`, [name]]);
    const actual = notes.map(({ id, releases }) => [id, releases.map(({ name }) => name)]);
    expect(actual.sort()).toEqual(expected.sort());
  });

  test('has notes of at most 120 words with a link to a document', () => {
    for (const { id, summary } of notes) {
      expect(summary.split(/\s+/).length, id).toBeLessThanOrEqual(120);
      const linked = [...summary.matchAll(LINK)].map(([, path = '']) => path);
      expect(linked.length, id).toBe(1);
      expect(linked.filter((path) => !exists(path))).toEqual([]);
    }
  });

  test('starts each package at the version of its rank', async () => {
    const packages = await getPackages(ROOT);
    const { config } = await readConfig(ROOT, packages);
    const { releases } = assembleReleasePlan(changesets, packages, config!, undefined);
    const planned = releases.filter(({ name }) => names.has(name));
    expect(Object.fromEntries(planned.map(({ name, newVersion }) => [name, newVersion]))).toEqual(
      Object.fromEntries(
        unreleased.map(({ manifest: { name, majordomo } }) => [name, VERSIONS[majordomo!.rank!]]),
      ),
    );
  });
});

describe('the audit', () => {
  test('fails with its output if a dependency is vulnerable', () => {
    expect(auditVerdict(1, '1 vulnerability\n')).toEqual({ isGood: false, text: '1 vulnerability' });
  });

  test('passes without vulnerabilities', () => {
    expect(auditVerdict(0, 'none\n')).toEqual({ isGood: true, text: 'none' });
  });

  test('is skipped with a message if the registry has no audit endpoint', () => {
    const output = 'ERR_PNPM_AUDIT_BAD_RESPONSE\n  │ advisories/bulk) responded with 405:\n';
    expect(auditVerdict(1, output)).toEqual({
      isGood: true,
      text: 'skipped: the registry has no audit endpoint',
    });
  });

  test('states that its program did not start', () => {
    const script = join(ROOT, 'tooling/release/audit.mjs');
    const env = { PATH: join(ROOT, 'no-such-folder') };
    const { status, stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8', env });
    expect([status, stdout]).toEqual([1, 'npx did not start: spawnSync npx ENOENT\n']);
  });

  test('fails if the registry has an error', () => {
    expect(auditVerdict(1, 'advisories/bulk) responded with 500:').isGood).toBe(false);
  });
});

describe('the plan of a release', () => {
  const packages = [
    { name: '@m/new', version: '1.0.0' },
    { name: '@m/same', version: '1.0.0' },
    { name: '@m/later', version: '1.1.0' },
  ];

  test('contains new packages and new versions', async () => {
    await using registry = await registryOf((path) =>
      path === '/@m%2fnew' ? { status: 404, body: {} } : { status: 200, body: { versions: { '1.0.0': {} } } },
    );
    expect(await unpublishedOf(packages, registry.url)).toEqual([packages[0], packages[2]]);
  });

  test('keeps the path of a registry without a slash at the end', async () => {
    await using registry = await registryOf((path) => ({
      status: path === '/npm/@m%2fsame' ? 200 : 404,
      body: { versions: { '1.0.0': {} } },
    }));
    expect(await unpublishedOf(packages, `${registry.url}npm`)).toEqual([packages[0], packages[2]]);
  });

  test('fails if the registry has an error, instead of publishing everything', async () => {
    await using registry = await registryOf(() => ({ status: 503, body: {} }));
    await expect(unpublishedOf(packages, registry.url)).rejects.toThrow('@m/new: the registry answered 503');
  });
});

async function registryOf(answer: (path: string) => { readonly status: number; readonly body: object }) {
  const server = createServer((request, response) => {
    const { status, body } = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
