import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../build/packages.ts';
import { withDependencies } from '../release/closure.mjs';
import { npm } from './install.mjs';

/** Packages of the programs for every runtime. Their dependencies are packed with them. */
const PACKAGES = [
  'provider-openai',
  'provider-anthropic',
  'provider-google',
  'agent',
  'conformance',
  'ledger',
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
export function installedApp(folder) {
  // Without the optional peers, which a filter of pnpm would add.
  const names = withDependencies(PACKAGES).map((id) => `@majordomo/${id}`);
  const dependencies = { ...pack(join(folder, 'tarballs'), names), ...PEERS };
  const app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  const problem = npm(['install', '--no-package-lock', '--omit=peer'], app);
  if (problem !== undefined) throw new Error(`the tarballs cannot be installed: ${problem}`);
  cpSync(join(import.meta.dirname, 'app'), app, { recursive: true });
  cpSync(join(ROOT, 'apps/examples/evals'), join(app, 'evals'), { recursive: true });
  return app;
}

/** Packs the packages of pnpm's filters, as they would be published. Returns the tarballs by package name. */
export function pack(folder, filters) {
  mkdirSync(folder);
  const selected = filters.map((filter) => `--filter-prod=${filter}`);
  execFileSync('pnpm', [...selected, 'pack', '--pack-destination', folder], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return Object.fromEntries(
    readdirSync(folder).map((file) => {
      const [, id] = /^majordomo-(.+?)-\d+\.\d+\.\d+.*\.tgz$/.exec(file);
      return [`@majordomo/${id}`, `file:${join(folder, file)}`];
    }),
  );
}
