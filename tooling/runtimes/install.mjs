import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const HERE = import.meta.dirname;
const INSTALL_MS = 300_000;
const { devDependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(HERE, 'package.json'), 'utf8'),
);
/** The runtimes of every platform, and the Node lines of this one. */
const WANTED = [
  ...Object.entries(devDependencies),
  ...Object.entries(optionalDependencies).filter(([name]) =>
    name.endsWith(`-${process.platform}-${process.arch}`),
  ),
];

/**
 * Sees to it that the runtimes are here; says what went wrong, if anything did. No lockfile: package.json names exact
 * versions, and all of them depend on exact versions only.
 */
export function installRuntimes() {
  return isInstalled() ? undefined : npm(['install', '--no-package-lock'], HERE);
}

function isInstalled() {
  return WANTED.every(([name, wanted]) => {
    const manifest = join(HERE, 'node_modules', name, 'package.json');
    const version = wanted.replace(/^npm:.*@/, '');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
}

/**
 * The machine's own npm and Node know its proxies and certificates: scripts of this repository run on another Node.
 * Install scripts are not run: those of the runtimes only copy the binary of the platform's package.
 */
export function npm(args, cwd) {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  const folders = process.env.PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const env = { ...process.env, PATH: folders.join(delimiter) };
  const { status, stderr, error } = spawnSync('npm', [...args, ...quiet], {
    cwd,
    env,
    encoding: 'utf8',
    timeout: INSTALL_MS,
  });
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n')[0]);
}
