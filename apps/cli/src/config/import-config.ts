import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Function of `node:module`, available from Node 22.15. */
type RegisterHooks = (hooks: nodeModule.RegisterHooksOptions) => { deregister(): void };

const OWN_NAME = 'majordomo';
const ES_SYNTAX = /^[^\S\n]*export\s/m;

let reloads = 0;

/** Makes the next import read configurations again. Modules that a configuration imports are not read again. */
export const forgetConfigs = (): void => void reloads++;

/**
 * Imports a configuration. A file with `export` is loaded as an ES module, regardless of package.json. An import of `majordomo`
 * loads this package, because a project that uses npx has not installed it.
 */
export async function importConfig(file: string): Promise<unknown> {
  const { href } = pathToFileURL(file);
  // Node caches modules by URL, so a new query reads the file again.
  const url = reloads === 0 ? href : `${href}?reload=${reloads}`;
  const register = Reflect.get(nodeModule, 'registerHooks') as RegisterHooks | undefined;
  // Resolve the package before the hooks are registered, because the hooks would also handle this resolution.
  const own = pathToFileURL(nodeModule.createRequire(import.meta.url).resolve(OWN_NAME)).href;
  const hooks = register?.({
    resolve: (specifier, context, next) =>
      specifier === OWN_NAME ? { url: own, shortCircuit: true } : next(specifier, context),
    load: (requested, context, next) =>
      next(requested, requested === url ? { ...context, ...formatOf(url) } : context),
  });
  try {
    return ((await import(url)) as { readonly default?: unknown }).default;
  } finally {
    hooks?.deregister();
  }
}

function formatOf(url: string): { readonly format?: string } {
  const ending = /\.([jt])s$/.exec(url)?.[1];
  if (ending === undefined || !ES_SYNTAX.test(readFileSync(fileURLToPath(url), 'utf8'))) return {};
  return { format: ending === 't' ? 'module-typescript' : 'module' };
}
