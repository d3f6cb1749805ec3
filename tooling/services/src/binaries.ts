import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What tests may need, and its name in skipped tests. */
export type Service = 'redis' | 'postgres' | 'restate' | 'chromium' | 'miniflare' | 'temporal';

/** Where the install script puts Restate's server. */
export const RESTATE: string = join(import.meta.dirname, '../restate');

/** Where it puts Cloudflare's runtime. */
export const MINIFLARE: string = join(import.meta.dirname, '../miniflare');

/** Where it puts Temporal's worker. */
export const TEMPORAL: string = join(import.meta.dirname, '../temporal');

/** Debian keeps each major version of PostgreSQL in a folder of its own, outside of the path. */
const POSTGRES = '/usr/lib/postgresql';

/** The server's program on this machine. */
export function binaryOf(service: Service): string | undefined {
  if (service === 'redis') return inFolders(pathFolders(), 'redis-server');
  if (service === 'postgres') return inFolders([...postgresFolders(), ...pathFolders()], 'postgres');
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

/** Throws where it is not installed, and says how to get it. */
export function foundBinaryOf(service: Service): string {
  const binary = binaryOf(service);
  if (binary === undefined) throw new Error(`${service}: ${missing(service) ?? ''}`);
  return binary;
}

/** Why the service is not available here; `undefined`: it can. */
export function missing(service: Service): string | undefined {
  return binaryOf(service) === undefined
    ? `not installed; node tooling/services/install.ts ${service}`
    : undefined;
}

function inFolders(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

const pathFolders = (): readonly string[] => (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);

/** The newest first. */
function postgresFolders(): readonly string[] {
  if (!existsSync(POSTGRES)) return [];
  return readdirSync(POSTGRES)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(POSTGRES, version, 'bin'));
}
