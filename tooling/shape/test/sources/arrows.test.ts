import { expect, test } from 'vitest';
import { ARROWS, NODE_ONLY } from '../../src/arrows.ts';
import { exists, published, read, sourcesOf, workspace, type Manifest } from '../../src/repository.ts';
import { runtimeImportsOf } from '../../src/syntax.ts';
import { packageName } from '../../src/wings.ts';

const OURS = '@majordomo/';
const allowIn = (id: string): string => `allow it for ${id} in tooling/shape/src/arrows.ts, with the reason`;
const runtime = (manifest: Manifest): [string, string][] =>
  Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies });

test.each(published)('$id has only dependencies that the table allows', ({ id, path, manifest }) => {
  const arrows = ARROWS[id];
  expect(arrows, `${id} is not in tooling/shape/src/arrows.ts`).toBeDefined();
  const granted = [...(arrows?.ours.map((name) => OURS + name) ?? []), ...(arrows?.others ?? [])];
  const asked = runtime(manifest).map(([name]) => name);
  const refused = asked.filter((name) => !granted.includes(name));
  expect(
    refused.map((name) => `${path}/package.json: depends on ${name}; remove it, or ${allowIn(id)}`),
  ).toEqual([]);
});

test.each(published)('$id imports only its dependencies at run time', (pkg) => {
  const { id, manifest } = pkg;
  const built = ARROWS[id]?.builtIn ?? [];
  const known = new Set([manifest.name, ...runtime(manifest).map(([name]) => name), ...built]);
  const unknown = sourcesOf(pkg).flatMap((file) =>
    runtimeImportsOf(file, read(file))
      .filter((name) => !/^(?:\.|#|node:)/.test(name))
      .map(packageName)
      .filter((name) => !known.has(name))
      .map((name) => `${file}: imports ${name}; add it to the dependencies in ${pkg.path}/package.json`),
  );
  expect(unknown).toEqual([]);
});

test.each(workspace)('$path names our own packages by workspace:^ only', ({ manifest }) => {
  const { dependencies, devDependencies, peerDependencies } = manifest;
  const ours = Object.entries({ ...dependencies, ...devDependencies, ...peerDependencies }).filter(([name]) =>
    name.startsWith(OURS),
  );
  expect(ours.filter(([, range]) => range !== 'workspace:^')).toEqual([]);
});

test('no package reaches itself, development dependencies included', () => {
  const edges = new Map(workspace.map(({ manifest }) => [manifest.name, allOf(manifest)]));
  const circles = [...edges.keys()].flatMap((start) => {
    const path = pathTo(start, start, edges, new Set());
    return path === undefined ? [] : [path.join(' → ')];
  });
  expect(circles).toEqual([]);
});

test('core depends on nothing at run time', () => {
  const { dependencies, peerDependencies } = published.find(({ id }) => id === 'core')!.manifest;
  expect({ ...dependencies, ...peerDependencies }).toEqual({});
});

test('every package that is not Node-only has a type-check without Node, and runs it', () => {
  const unsafe = published.filter(({ id, path, manifest }) => {
    const checked =
      exists(`${path}/tsconfig.edge.json`) && manifest.scripts?.['typecheck']?.includes('tsconfig.edge.json');
    return !(id in NODE_ONLY) && checked !== true;
  });
  expect(unsafe.map(({ id }) => id)).toEqual([]);
});

const allOf = ({ dependencies, devDependencies, peerDependencies }: Manifest): string[] =>
  Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });

function pathTo(
  from: string,
  goal: string,
  edges: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
): string[] | undefined {
  for (const next of edges.get(from) ?? []) {
    if (next === goal) return [from, goal];
    if (seen.has(next)) continue;
    seen.add(next);
    const rest = pathTo(next, goal, edges, seen);
    if (rest !== undefined) return [from, ...rest];
  }
  return undefined;
}
