import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const HERE = import.meta.dirname;
const INSTALL_MS = 300_000;
const { devDependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(HERE, 'package.json'), 'utf8'),
);
/** Packages of the runtimes for every platform, and of the Node versions for this platform. */
const WANTED = [
  ...Object.entries(devDependencies),
  ...Object.entries(optionalDependencies).filter(([name]) =>
    name.endsWith(`-${process.platform}-${process.arch}`),
  ),
];

/**
 * Installs the runtimes if they are missing. Returns the problem, if any. There is no lockfile, because package.json and the
 * dependencies specify exact versions.
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
 * Runs the npm of the machine, which has the configured proxies and certificates. Install scripts are not run, because the
 * runtimes' scripts only copy the platform's binary.
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
