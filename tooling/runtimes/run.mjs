// Runs core's build in real workerd and Deno. They are installed here, on demand: 250 MB that a newcomer's clone does
// not carry. No lockfile: package.json names exact versions, and both depend on exact versions only.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const HERE = import.meta.dirname;
const DIST = join(HERE, '../../packages/core/dist');
const LONGEST_MS = 60_000;
const INSTALL_MS = 240_000;

const { devDependencies: WANTED } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'majordomo-runtimes-'));

const RUNTIMES = {
  /** No `nodejs_compat`, and a date before `Buffer` and `process` exist by themselves. */
  workerd: () => ['test', workerConfig()],
  deno: () => ['run', '--no-remote', '--no-config', '--node-modules-dir=none', join(HERE, 'deno.mjs')],
};

try {
  process.exitCode = main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function main() {
  if (!existsSync(join(DIST, 'index.js'))) {
    console.error('runtimes: packages/core/dist is missing; build first');
    return 1;
  }
  const problem = isInstalled() ? undefined : install();
  if (problem !== undefined) {
    console.log(`runtimes: SKIPPED, the runtimes could not be installed: ${problem}`);
    return 0;
  }
  const failures = Object.entries(RUNTIMES).filter(([name, args]) => !runs(name, args()));
  return failures.length === 0 ? 0 : 1;
}

function isInstalled() {
  return Object.entries(WANTED).every(([name, version]) => {
    const manifest = join(HERE, 'node_modules', name, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
}

/**
 * By the machine's own npm and Node, which know its proxies and certificates: scripts of this repository run on another
 * Node. Their install scripts only copy the binary of the platform's package: both find it without.
 */
function install() {
  const args = [
    'install',
    '--no-package-lock',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const folders = process.env.PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const env = { ...process.env, PATH: folders.join(delimiter) };
  const options = { cwd: HERE, env, encoding: 'utf8', timeout: INSTALL_MS };
  const { status, stderr, error } = spawnSync('npm', args, options);
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n')[0]);
}

function runs(name, args) {
  const { status, stdout, stderr, error } = spawnSync(join(HERE, 'node_modules/.bin', name), args, {
    encoding: 'utf8',
    timeout: LONGEST_MS,
    env: {
      PATH: process.env.PATH,
      HOME: scratch,
      DENO_DIR: scratch,
      DENO_NO_UPDATE_CHECK: '1',
      NO_COLOR: '1',
    },
  });
  const said = `${stdout}${stderr}`.trim();
  const isGood = status === 0 && said.includes('one failover');
  const line = said.split('\n').find((text) => text.includes('one failover')) ?? error?.message ?? said;
  console.log(`${name} ${WANTED[name]}: ${isGood ? line.trim() : `FAILED\n${said || line}`}`);
  return isGood;
}

/** A test worker whose modules are the files of core's build, as they are: no bundler. */
function workerConfig() {
  const modules = [
    ['worker.mjs', join(HERE, 'workerd.mjs')],
    ['smoke.mjs', join(HERE, 'smoke.mjs')],
    ...readdirSync(DIST)
      .filter((file) => file.endsWith('.js'))
      .map((file) => [`core/${file}`, join(DIST, file)]),
  ].map(([name, file]) => `(name = "${name}", esModule = ${JSON.stringify(readFileSync(file, 'utf8'))})`);
  const file = join(scratch, 'config.capnp');
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  compatibilityDate = "2026-04-01",
  modules = [${modules.join(',\n')}],
))]);
`,
  );
  return file;
}
