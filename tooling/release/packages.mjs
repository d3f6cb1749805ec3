import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packagesIn, ROOT } from '../build/packages.ts';

/** Returns the public packages of a checkout, by default this one: folder, name, version, and the file name of the tarball. */
export function publicPackages(root = ROOT) {
  return packagesIn(root)
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ path, manifest: { name, version } }) => ({
      folder: join(root, path),
      name,
      version,
      tarball: tarballName({ name, version }),
    }));
}

/** Returns the names of the changesets of a checkout, by default this one. */
export function changesetsIn(root = ROOT) {
  return readdirSync(join(root, '.changeset')).filter((name) => name.endsWith('.md') && name !== 'README.md');
}

/** Returns the file name of a packed package. */
function tarballName({ name, version }) {
  return `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
}
