import { expect, test } from 'vitest';
import { ARROWS, NODE_ONLY } from '../src/arrows.ts';
import { exists, published, read, sourcesOf, workspace, type Manifest } from '../src/repository.ts';
import { runtimeImportsOf } from '../src/syntax.ts';

const OURS = '@majordomo/';
const runtime = (manifest: Manifest): [string, string][] =>
  Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies });

test.each(published)('$id has only dependencies that the table allows', ({ id, manifest }) => {
  const arrows = ARROWS[id];
  expect(arrows, `${id} is not in tooling/shape/src/arrows.ts`).toBeDefined();
  const granted = [...(arrows?.ours.map((name) => OURS + name) ?? []), ...(arrows?.others ?? [])];
  const asked = runtime(manifest).map(([name]) => name);
  expect(asked.filter((name) => !granted.includes(name))).toEqual([]);
});

test.each(published)('$id imports only its dependencies at run time', ({ id, path, manifest }) => {
  const built = ARROWS[id]?.builtIn ?? [];
  const known = new Set([manifest.name, ...runtime(manifest).map(([name]) => name), ...built]);
  const imported = sourcesOf({ id, path, manifest }).flatMap((file) =>
    runtimeImportsOf(file, read(file))
      .filter((name) => !/^(?:\.|#|node:)/.test(name))
      .map(packageName),
  );
  expect([...new Set(imported)].filter((name) => !known.has(name))).toEqual([]);
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

function packageName(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/');
  return specifier.startsWith('@') ? `${scope}/${name}` : scope;
}
