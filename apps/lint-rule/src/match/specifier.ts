import { moduleHosts } from '../data/sdks.ts';

/**
 * The npm package that a module specifier names: `openai/resources` → openai, `npm:openai@6` → openai,
 * `https://esm.sh/openai@6/core` → openai. Undefined for relative paths, built-ins and other URLs.
 */
export function packageOf(specifier: string): string | undefined {
  const installed = specifier.lastIndexOf(INSTALLED);
  if (installed >= 0) return nameIn(specifier.slice(installed + INSTALLED.length));
  const first = specifier.charCodeAt(0);
  if (first === DOT || first === SLASH || first === HASH) return undefined;
  if (!specifier.includes(':')) return nameIn(specifier);
  if (specifier.startsWith('npm:')) return nameIn(specifier.slice(4));
  if (!specifier.startsWith('https://')) return undefined;
  const address = specifier.slice(8);
  const host = moduleHosts.find((prefix) => address.startsWith(prefix));
  return host === undefined ? undefined : nameIn(address.slice(host.length).replace(/^(?:npm:|v\d+\/)/, ''));
}

/** A path into what is installed names a package all the same. */
const INSTALLED = 'node_modules/';

const DOT = 46;
const SLASH = 47;
const HASH = 35;
const AT = 64;

/** What follows the package's name, without the first slash: `langchain/text_splitter` → text_splitter. */
export function subpathOf(specifier: string, name: string): string {
  const behind = specifier.slice(specifier.lastIndexOf(name) + name.length);
  const slash = behind.indexOf('/');
  return slash < 0 ? '' : behind.slice(slash + 1);
}

/** `@scope/name@version/sub` → `@scope/name`. */
function nameIn(text: string): string {
  const scoped = text.charCodeAt(0) === AT;
  const slash = text.indexOf('/', scoped ? text.indexOf('/') + 1 : 0);
  const name = slash < 0 ? text : text.slice(0, slash);
  const version = name.indexOf('@', 1);
  return version < 0 ? name : name.slice(0, version);
}

/** Looks entries up by package name; a `*` at the end of an entry's name stands for any rest. */
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
