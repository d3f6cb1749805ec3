import { packagesIn } from '../build/packages.ts';

/** Returns the ids of these packages and of the packages of this repository that they depend on at run time. */
export function withDependencies(ids) {
  const packages = packagesIn();
  const found = new Set(ids);
  for (const id of found) {
    const { dependencies = {} } = packages.find((one) => one.id === id).manifest;
    for (const { id: other, manifest } of packages) if (manifest.name in dependencies) found.add(other);
  }
  return [...found];
}
