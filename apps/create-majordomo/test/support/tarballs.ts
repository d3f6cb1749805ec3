import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ended } from './command.ts';

const ROOT = join(import.meta.dirname, '../../../..');
/** Options of pnpm: no request for a package in its store, and no scripts of packages. */
const INSTALL = ['install', '--prefer-offline', '--no-frozen-lockfile', '--ignore-scripts'];

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Environment of programs, in which `node` is the Node of this process. */
export const ENV: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
};

/** Runs a program. Returns its output. Throws if the program fails. */
export async function program(
  cwd: string,
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = ENV,
): Promise<string> {
  const { code, out, err } = await ended(spawn(name, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with code ${code}\n${out}\n${err}`);
  return out;
}

/**
 * Packs the packages that filters of pnpm select, as they would be published. `name...` selects a package with its dependencies,
 * without development dependencies, and `name^...` only these dependencies.
 */
export async function pack(folder: string, ...filters: readonly string[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const selected = filters.map((filter) => `--filter-prod=${filter}`);
  await program(ROOT, 'pnpm', [...selected, 'pack', '--pack-destination', folder]);
}

/**
 * Installs the dependencies of a folder, those of this repository from tarballs. pnpm needs a tenth of npm's CPU, because its store
 * contains the extracted packages of this repository.
 */
export async function installFrom(tarballs: string, folder: string): Promise<void> {
  dependOn(tarballs, folder);
  await program(folder, 'pnpm', INSTALL);
}

/** Adds tarballs to the dependencies of a folder, and makes npm, pnpm and bun use them for the dependencies of packages. */
export function dependOn(tarballs: string, folder: string): void {
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const overrides = Object.fromEntries(
    readdirSync(tarballs).map((tarball) => [nameOf(tarball), `file:${join(tarballs, tarball)}`]),
  );
  // npm requires the same range in the overrides and in the dependencies.
  const devDependencies = Object.entries({ ...manifest.devDependencies }).filter(
    ([name]) => !(name in overrides),
  );
  const changed = {
    ...manifest,
    dependencies: { ...manifest.dependencies, ...overrides },
    devDependencies: Object.fromEntries(devDependencies),
    overrides,
  };
  writeFileSync(file, JSON.stringify(changed));
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), `overrides: ${JSON.stringify(overrides)}\n`);
}

/** Returns the name of a packed package: `@majordomo/core` for `majordomo-core-1.0.0.tgz`. */
function nameOf(tarball: string): string {
  const name = tarball.replace(/-\d+\.\d+\.\d+.*\.tgz$/, '');
  return name.replace(/^majordomo-/, '@majordomo/');
}
