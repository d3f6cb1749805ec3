// Prints the packages whose version is not in npm's registry, one per line: `name@version tarball`. Needs no installed package.
import { spawnSync } from 'node:child_process';
import { unpublishedOf } from './lookup.ts';
import { publicPackages } from './packages.mjs';

const { stdout } = spawnSync('npm', ['config', 'get', 'registry'], {
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
for (const { name, version, tarball } of await unpublishedOf(publicPackages(), stdout.trim()))
  console.log(`${name}@${version} ${tarball}`);
