import { moduleHosts } from '../data/sdks.ts';

/** Folder of installed packages. */
const NODE_MODULES = 'node_modules/';

/**
 * Returns the npm package of a module specifier: `openai/resources` → openai, `npm:openai@6` → openai,
 * `https://esm.sh/openai@6/core` → openai. Undefined for paths outside `node_modules`, `node:` modules and other URLs.
 */
export function packageOf(specifier: string): string | undefined {
  const path = packagePath(specifier);
  return path === undefined ? undefined : nameIn(path);
}

/** Returns the path after the package's name, without the first slash. For `langchain/text_splitter`: `text_splitter`. */
export function subpathOf(specifier: string, name: string): string {
  const versionAndSubpath = packagePath(specifier)?.slice(name.length) ?? '';
  const slash = versionAndSubpath.indexOf('/');
  return slash < 0 ? '' : versionAndSubpath.slice(slash + 1);
}

/** Returns the part of a specifier that begins with a package's name, such as `openai@6/core`. */
function packagePath(specifier: string): string | undefined {
  // A path into this folder contains a package's name, even if the path is relative.
  const folder = specifier.lastIndexOf(NODE_MODULES);
  if (folder >= 0) return specifier.slice(folder + NODE_MODULES.length);
  const isPath = /^[./#]/.test(specifier);
  if (isPath) return undefined;
  if (!specifier.includes(':')) return specifier;
  if (specifier.startsWith('npm:')) return specifier.slice('npm:'.length);
  if (!specifier.startsWith('https://')) return undefined;
  const address = specifier.slice('https://'.length);
  const host = moduleHosts.find((prefix) => address.startsWith(prefix));
  // Before the name, esm.sh accepts `npm:`, or the version of its build, such as `v135/`.
  return host === undefined ? undefined : address.slice(host.length).replace(/^(?:npm:|v\d+\/)/, '');
}

/** Returns the package's name: `@scope/name@version/sub` → `@scope/name`. */
function nameIn(path: string): string {
  const nameStart = path.startsWith('@') ? path.indexOf('/') + 1 : 0;
  const slash = path.indexOf('/', nameStart);
  const name = slash < 0 ? path : path.slice(0, slash);
  const version = name.indexOf('@', 1);
  return version < 0 ? name : name.slice(0, version);
}

/** Returns a function that finds an entry by package name. A `*` at the end of an entry's name matches any suffix. */
export function nameTable<T extends { readonly name: string }>(
  entries: readonly T[],
): (name: string) => T | undefined {
  const exact = new Map<string, T>();
  const prefixes: { readonly prefix: string; readonly entry: T }[] = [];
  for (const entry of entries) {
    if (entry.name.endsWith('*')) prefixes.push({ prefix: entry.name.slice(0, -1), entry });
    else exact.set(entry.name, entry);
  }
  return (name) => {
    const entry = exact.get(name);
    if (entry !== undefined) return entry;
    for (const { prefix, entry: family } of prefixes) if (name.startsWith(prefix)) return family;
    return undefined;
  };
}
