/** Returns the packages whose version is not in the registry. Throws if the registry does not answer. */
export async function unpublishedOf<T extends { readonly name: string; readonly version: string }>(
  packages: readonly T[],
  registry: string,
): Promise<readonly T[]> {
  // Without the slash, a URL loses the last segment of the registry's path.
  const base = registry.endsWith('/') ? registry : `${registry}/`;
  const missing: T[] = [];
  for (const one of packages) {
    const url = new URL(one.name.replace('/', '%2f'), base);
    const response = await fetch(url, { headers: { accept: 'application/vnd.npm.install-v1+json' } });
    if (!response.ok && response.status !== 404)
      throw new Error(`${one.name}: the registry answered ${response.status}; run the job again`);
    const { versions = {} } = response.ok ? ((await response.json()) as { versions?: object }) : {};
    if (!Object.hasOwn(versions, one.version)) missing.push(one);
  }
  return missing;
}
