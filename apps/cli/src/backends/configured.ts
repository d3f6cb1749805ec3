import { locatePackage } from '../program/load-package.ts';
import { backendForScheme, backendOf, BACKENDS, hasAddress, hasKey } from './backends.ts';
import { dsnEntries } from './dsns.ts';
import type { Known } from './known.ts';

/** Returns the ids of providers with a credential in the environment or vault, a DSN, or an entry in the configuration. */
export async function configuredIds({
  env,
  providers,
  vault,
}: Pick<Known, 'env' | 'providers' | 'vault'>): Promise<readonly string[]> {
  const stored = await vault?.();
  const storedNames = new Set(stored?.entries.map(({ name }) => name));
  const keyed = BACKENDS.filter((backend) => hasKey(backend, env) || storedNames.has(backend.id));
  return [...new Set([...providers, ...keyed, ...dsnEntries(env)].map(({ id }) => id))];
}

/** Returns the configured ids whose package is installed and whose base URL is known. */
export async function openableIds(known: Known, cwd: string): Promise<readonly string[]> {
  const { env, providers } = known;
  const own = new Set(providers.map(({ id }) => id));
  const dsns = new Map(dsnEntries(env).map((entry) => [entry.id, entry]));
  const isThere = (name: string | undefined): boolean =>
    name !== undefined && locatePackage(name, cwd) !== undefined;
  const ids = await configuredIds(known);
  return ids.filter((id) => {
    if (own.has(id)) return true;
    const dsn = dsns.get(id);
    if (dsn !== undefined) return dsn.dsn !== undefined && isThere(backendForScheme(dsn.dsn.scheme)?.package);
    const backend = backendOf(id);
    return backend !== undefined && hasAddress(backend, env) && isThere(backend.package);
  });
}

/** Returns the openable ids, and the ids of installed packages that lack only a key. */
export async function installedIds(known: Known, cwd: string): Promise<readonly string[]> {
  const withKeyVariable = BACKENDS.filter(
    (backend) =>
      backend.keyEnv.length > 0 &&
      hasAddress(backend, known.env) &&
      locatePackage(backend.package, cwd) !== undefined,
  );
  return [...new Set([...(await openableIds(known, cwd)), ...withKeyVariable.map(({ id }) => id)])];
}
