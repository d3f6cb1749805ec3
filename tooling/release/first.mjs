// Publishes all packages for the first time, under the tag `next`. Without provenance, because the registry trusts the release workflow
// only for packages that it contains. A second run publishes what the first one did not.
//
// pnpm release:first --registry URL --tarballs FOLDER: tarballs of `pnpm release:dry --out FOLDER`
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { unpublishedOf } from './lookup.ts';
import { changesetsIn, publicPackages } from './packages.mjs';

const { values } = parseArgs({ options: { registry: { type: 'string' }, tarballs: { type: 'string' } } });

try {
  await publishFirst(values);
} catch (error) {
  console.error(`release:first: ${error.message}`);
  process.exitCode = 1;
}

async function publishFirst({ registry, tarballs }) {
  if (registry === undefined || tarballs === undefined)
    throw new Error('--registry URL and --tarballs FOLDER are required');
  const { length } = changesetsIn();
  if (length > 0)
    throw new Error(`${length} changesets are not applied; run \`pnpm changeset version\` and commit`);
  const packages = publicPackages();
  const fileOf = ({ tarball }) => join(resolve(tarballs), tarball);
  const lost = packages.find((one) => !existsSync(fileOf(one)));
  if (lost !== undefined)
    throw new Error(`${fileOf(lost)} is missing; run \`pnpm release:dry --out ${tarballs}\``);
  const left = await unpublishedOf(packages, registry);
  for (const one of left) {
    const args = ['publish', fileOf(one), '--registry', registry, '--tag', 'next', '--provenance=false'];
    const { status } = spawnSync('npm', [...args, '--ignore-scripts'], { stdio: 'inherit' });
    if (status !== 0)
      throw new Error(`npm did not publish ${one.name}; correct the cause above and run the command again`);
  }
  console.log(`${left.length} of ${packages.length} packages published under the tag next`);
}
