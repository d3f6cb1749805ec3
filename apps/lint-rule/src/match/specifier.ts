import { moduleHosts } from '../data/sdks.ts';

/**
 * Returns the npm package of a module specifier: `openai/resources` → openai, `npm:openai@6` → openai,
 * `https://esm.sh/openai@6/core` → openai. Undefined for paths outside `node_modules`, `node:` modules and other URLs.
 */
export function packageOf(specifier: string): string | undefined {
  const index = specifier.lastIndexOf(NODE_MODULES);
  if (index >= 0) return nameIn(specifier.slice(index + NODE_MODULES.length));
  const first = specifier.charCodeAt(0);
  if (first === DOT || first === SLASH || first === HASH) return undefined;
  if (!specifier.includes(':')) return nameIn(specifier);
  if (specifier.startsWith('npm:')) return nameIn(specifier.slice(4));
  if (!specifier.startsWith('https://')) return undefined;
  const address = specifier.slice(8);
  const host = moduleHosts.find((prefix) => address.startsWith(prefix));
  return host === undefined ? undefined : nameIn(address.slice(host.length).replace(/^(?:npm:|v\d+\/)/, ''));
}

/** Folder of installed packages. A path into this folder contains a package's name, even if the path is relative. */
const NODE_MODULES = 'node_modules/';

const DOT = 46;
const SLASH = 47;
const HASH = 35;
const AT = 64;

/** Returns the path after the package's name, without the first slash. For `langchain/text_splitter`: `text_splitter`. */
export function subpathOf(specifier: string, name: string): string {
  const rest = specifier.slice(specifier.lastIndexOf(name) + name.length);
  const slash = rest.indexOf('/');
  return slash < 0 ? '' : rest.slice(slash + 1);
}

/** Returns the package's name: `@scope/name@version/sub` → `@scope/name`. */
function nameIn(text: string): string {
  const scoped = text.charCodeAt(0) === AT;
  const slash = text.indexOf('/', scoped ? text.indexOf('/') + 1 : 0);
  const name = slash < 0 ? text : text.slice(0, slash);
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
