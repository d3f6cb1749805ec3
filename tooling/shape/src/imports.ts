import { dirname, join } from 'node:path/posix';
import { sourcesOf, read, type Package } from './repository.ts';
import { importsOf } from './syntax.ts';

/** Returns the imports of each source within its package, including types, as paths from the root. */
export function importsWithin(pkg: Package): ReadonlyMap<string, readonly string[]> {
  const sources = new Set(sourcesOf(pkg));
  return new Map(
    [...sources].map((file) => [
      file,
      importsOf(file, read(file))
        .filter((name) => name.startsWith('.'))
        .map((name) => join(dirname(file), name))
        .filter((imported) => sources.has(imported)),
    ]),
  );
}

/**
 * Returns import cycles in a tree of files. The files and folders of each folder must import each other in one direction.
 * Returns one cycle of each group, such as `src: chain → health → chain`.
 */
export function circlesIn(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const folders = new Set([...imports.keys()].flatMap(foldersOf));
  return [...folders].sort().flatMap((folder) => {
    const circle = firstCircle(edgesIn(folder, imports));
    return circle === undefined ? [] : [`${folder}: ${circle.join(' → ')}`];
  });
}

function foldersOf(file: string): readonly string[] {
  const folder = dirname(file);
  return folder === '.' || folder === '/' ? [] : [folder, ...foldersOf(folder)];
}

/** Returns the imports between the entries of a folder; a subfolder represents its files. */
function edgesIn(
  folder: string,
  imports: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const edges = new Map<string, Set<string>>();
  for (const [file, imported] of imports) {
    const from = entryOf(folder, file);
    if (from === undefined) continue;
    const known = edges.get(from) ?? new Set();
    edges.set(from, known);
    for (const to of imported.map((path) => entryOf(folder, path)))
      if (to !== undefined && to !== from) known.add(to);
  }
  return edges;
}

const entryOf = (folder: string, file: string): string | undefined =>
  file.startsWith(`${folder}/`) ? file.slice(folder.length + 1).split('/')[0] : undefined;

function firstCircle(edges: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const next of edges.get(name) ?? []) {
      const circle = visit(next, [...path, name]);
      if (circle !== undefined) return circle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of edges.keys()) {
    const circle = visit(name, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
