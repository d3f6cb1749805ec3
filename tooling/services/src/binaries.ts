import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Services of tests, with their names in skipped tests. */
export const SERVICES = [
  'redis',
  'postgres',
  'pgbouncer',
  'restate',
  'chromium',
  'miniflare',
  'temporal',
] as const;
export type Service = (typeof SERVICES)[number];

/** Folder in which npm installs Restate's server. */
export const RESTATE: string = join(import.meta.dirname, '../restate');

/** Folder in which npm installs Miniflare, Cloudflare's runtime. */
export const MINIFLARE: string = join(import.meta.dirname, '../miniflare');

/** Folder in which npm installs Temporal's worker. */
export const TEMPORAL: string = join(import.meta.dirname, '../temporal');

/** Debian installs each major version of PostgreSQL in a separate folder outside of PATH. */
const POSTGRES = '/usr/lib/postgresql';

/** Folder of server programs. Not every user's PATH contains this folder. */
const SBIN = '/usr/sbin';

/**
 * Returns the path of the service's program on this machine, or `undefined` if the program is missing. The variable
 * `WITHOUT_SERVICES` lists services that are treated as missing, separated by commas.
 */
export function binaryOf(service: Service): string | undefined {
  if (process.env['WITHOUT_SERVICES']?.split(',').includes(service) === true) return undefined;
  if (service === 'redis') return inFolders(pathFolders(), 'redis-server');
  if (service === 'postgres') return inFolders([...postgresFolders(), ...pathFolders()], 'postgres');
  if (service === 'pgbouncer') return inFolders([...pathFolders(), SBIN], 'pgbouncer');
  if (service === 'chromium') return inFolders(pathFolders(), 'chromium');
  if (service === 'miniflare')
    return inFolders([join(MINIFLARE, 'node_modules/miniflare/dist/src')], 'index.js');
  if (service === 'temporal')
    return inFolders([join(TEMPORAL, 'node_modules/@temporalio/worker/lib')], 'index.js');
  const own = join(
    RESTATE,
    'node_modules/@restatedev',
    `restate-server-${process.platform}-${process.arch}`,
    'bin',
  );
  return inFolders([own], 'restate-server');
}

/** Returns the path. Throws with the installation command if the program is missing. */
export function foundBinaryOf(service: Service): string {
  const binary = binaryOf(service);
  if (binary === undefined) throw new Error(`${service}: ${missing(service) ?? ''}`);
  return binary;
}

/** Returns one line about all missing services and their tests, or `undefined` if every service is installed. */
export function missingServices(): string | undefined {
  const names = SERVICES.filter((service) => binaryOf(service) === undefined);
  if (names.length === 0) return undefined;
  const effect = isRequired() ? 'fail in CI' : 'are skipped';
  return `Not installed: ${names.join(', ')}. Their tests ${effect}. Install: node tooling/services/install.ts ${names.join(' ')}`;
}

/** Whether a missing service is an error. The variable `CI` requires all services. */
export const isRequired = (): boolean => (process.env['CI'] ?? '') !== '';

/** Returns why the service is not available, or `undefined` if the service is available. */
export function missing(service: Service): string | undefined {
  return binaryOf(service) === undefined
    ? `not installed; node tooling/services/install.ts ${service}`
    : undefined;
}

function inFolders(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

const pathFolders = (): readonly string[] => (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);

/** Returns the folders with the programs of the installed versions, newest first. */
function postgresFolders(): readonly string[] {
  if (!existsSync(POSTGRES)) return [];
  return readdirSync(POSTGRES)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(POSTGRES, version, 'bin'));
}
