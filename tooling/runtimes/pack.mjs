import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, ROOT } from '../build/packages.ts';
import { withDependencies } from '../release/closure.mjs';
import { npm } from './install.mjs';

/** Packages of the programs for every runtime. Their dependencies are packed with them. */
const PACKAGES = [
  'core',
  'wire-kit',
  'claude',
  'imagegen',
  'openai-wire',
  'provider-openai',
  'provider-anthropic',
  'provider-google',
  'agent',
  'testing',
  'conformance',
  'catalog',
  'ledger',
  'redact',
  'credentials',
  'routing',
  'context',
  'cache',
  'guards',
  'telemetry',
  'gateway',
  'evals',
];

/** Peer dependencies of the programs. */
const PEERS = { '@opentelemetry/api': '^1.9.0' };

/**
 * Creates an application in an empty folder, installs the packages from their tarballs as a user does, and copies the programs
 * of `app/`. Throws if a tarball cannot be created or installed.
 */
export async function installedApp(folder) {
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs, { recursive: true });
  await Promise.all(withDependencies(PACKAGES).map((name) => pack(name, tarballs)));
  return installedFrom(tarballs, join(folder, 'app'));
}

/** Creates an application with these tarballs only. */
export function installedFrom(tarballs, app) {
  mkdirSync(app, { recursive: true });
  const files = readdirSync(tarballs).map((file) => [nameIn(file), `file:${join(tarballs, file)}`]);
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify({
      private: true,
      type: 'module',
      dependencies: { ...Object.fromEntries(files), ...PEERS },
    }),
  );
  const problem = npm(['install', '--no-package-lock', '--omit=peer'], app);
  if (problem !== undefined) throw new Error(`the tarballs cannot be installed: ${problem}`);
  cpSync(join(import.meta.dirname, 'app'), app, { recursive: true });
  cpSync(join(ROOT, 'apps/examples/evals'), join(app, 'evals'), { recursive: true });
  return app;
}

/** Returns the package name of a tarball: `@majordomo/provider-openai` for `majordomo-provider-openai-1.0.0.tgz`. */
function nameIn(file) {
  return `@majordomo/${/^majordomo-(.+)-\d+\.\d+\.\d+.*\.tgz$/.exec(file)?.[1] ?? file}`;
}

function pack(name, tarballs) {
  const args = ['pack', '--pack-destination', tarballs];
  const cwd = folderOf(name);
  return new Promise((resolve, reject) => {
    const child = spawn('pnpm', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`pnpm pack of ${name}: ${said.trim().split('\n').at(-1)}`));
    });
  });
}
