import { URL } from 'node:url';

/** Returns the packages whose version is not in the registry. Throws if the registry does not answer. */
export async function unpublishedOf(packages, registry) {
  // Without the slash, a URL loses the last segment of the registry's path.
  const base = registry.endsWith('/') ? registry : `${registry}/`;
  const missing = [];
  for (const one of packages) {
    const url = new URL(one.name.replace('/', '%2f'), base);
    const response = await fetch(url, { headers: { accept: 'application/vnd.npm.install-v1+json' } });
    if (!response.ok && response.status !== 404)
      throw new Error(`${one.name}: the registry answered ${response.status}; run the job again`);
    const versions = response.ok ? (await response.json()).versions : {};
    if (!Object.hasOwn(versions ?? {}, one.version)) missing.push(one);
  }
  return missing;
}
