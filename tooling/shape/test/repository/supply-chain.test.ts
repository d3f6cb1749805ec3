import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { published, read, ROOT } from '../../src/repository.ts';

/** Licenses that production dependencies may have. Each permits use in a product with another license. */
const LICENSES: ReadonlySet<string> = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Python-2.0',
  'Unlicense',
]);
/** Names of packages with another license, by their beginning, each with the reason why it is accepted. */
const ACCEPTED = [
  {
    name: '@img/sharp-libvips-',
    license: 'LGPL-3.0-or-later',
    because: 'the library that sharp links dynamically; media uses sharp',
  },
] as const;

interface Installed {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
  readonly licenses?: readonly { readonly type?: string }[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

test('each entry of the lockfile is from the registry, with a SHA-512', () => {
  const [, packages = ''] = read('pnpm-lock.yaml').split(/^packages:$/m);
  const [section = ''] = packages.split(/^snapshots:$/m);
  const entries = [...section.matchAll(/^ {2}(\S.*):\n((?: {4}.*\n)+)/gm)];
  expect(entries.length).toBeGreaterThan(500);
  const other = entries.filter(
    ([, , body = '']) => !/^ {4}resolution: \{integrity: sha512-[\w+/]{86}==\}$/m.test(body),
  );
  expect(other.map(([, name]) => name)).toEqual([]);
});

test('a dependency is installed three days after its publication at the earliest', () => {
  expect(read('pnpm-workspace.yaml')).toMatch(/^minimumReleaseAge: 4320$/m);
});

test('production dependencies have a license of the list, or an accepted one', () => {
  const dependencies = productionDependencies();
  expect(dependencies.size).toBeGreaterThan(20);
  const refused = [...dependencies.values()]
    .map((manifest) => ({ name: manifest.name ?? '', license: licenseOf(manifest) }))
    .filter(({ license }) => !isPermitted(license));
  const isAccepted = (one: { readonly name: string; readonly license: string }): boolean =>
    ACCEPTED.some(({ name, license }) => one.name.startsWith(name) && one.license === license);
  expect(refused.filter((one) => !isAccepted(one))).toEqual([]);
  expect(refused.length, 'no package needs an accepted license').toBeGreaterThan(0);
});

/** Whether a license expression needs only licenses of the list. */
const isPermitted = (expression: string): boolean =>
  expression
    .replaceAll(/[()]/g, '')
    .split(/ OR /)
    .some((choice) => choice.split(/ AND /).every((license) => LICENSES.has(license)));

const licenseOf = ({ license, licenses }: Installed): string =>
  (typeof license === 'string' ? license : license?.type) ??
  licenses?.map(({ type }) => type).join(' OR ') ??
  'none';

/** Returns the manifests of installed packages that public packages reach without peers, by folder. */
function productionDependencies(): ReadonlyMap<string, Installed> {
  const found = new Map<string, Installed>();
  const queue = published.map(({ path }) => join(ROOT, path));
  const visited = new Set(queue);
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Installed;
    if (folder.includes('node_modules')) found.set(folder, manifest);
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
      const target = resolveFrom(folder, name);
      // Builds for other operating systems are not installed.
      if (target === undefined) {
        expect(manifest.optionalDependencies ?? {}, `${folder}: ${name} is not installed`).toHaveProperty([
          name,
        ]);
        continue;
      }
      if (!visited.has(target)) queue.push(target);
      visited.add(target);
    }
  }
  return found;
}

function resolveFrom(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (dirname(at) === at) return undefined;
  }
}
