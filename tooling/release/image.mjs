// Writes the folder from which the image of the gateway is built: node tooling/release/image.mjs FOLDER
//
// package.json has the versions of this checkout. After they are published, `npm install --package-lock-only` writes the lockfile that
// `npm ci` in the Dockerfile needs.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../build/packages.ts';
import { publicPackages } from './packages.mjs';

/** The command, and the packages that it loads if they are installed. */
const PACKAGES = [
  'majordomo',
  '@majordomo/admin',
  '@majordomo/gateway',
  '@majordomo/inspector',
  '@majordomo/store-postgres',
  '@majordomo/store-sqlite',
];

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node tooling/release/image.mjs FOLDER');
const released = publicPackages();
const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'apps/cli/package.json'), 'utf8'));
const versions = PACKAGES.map((name) => [name, released.find((one) => one.name === name).version]);
const dependencies = Object.fromEntries([...versions, ['pg', devDependencies.pg]]);
mkdirSync(folder, { recursive: true });
copyFileSync(join(ROOT, 'apps/cli/docker/Dockerfile'), join(folder, 'Dockerfile'));
writeFileSync(
  join(folder, 'package.json'),
  `${JSON.stringify({ name: 'gateway', private: true, dependencies }, null, 2)}\n`,
);
