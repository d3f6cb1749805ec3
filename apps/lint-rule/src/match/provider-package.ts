import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Whether the nearest package.json contains `"majordomo": { "provider": true }`. Each folder is read once per process. */
export function isProviderPackage(folder: string): boolean {
  const cached = markerCache.get(folder);
  if (cached !== undefined) return cached;
  const parent = dirname(folder);
  const isProvider = readMarker(folder) ?? (parent === folder ? false : isProviderPackage(parent));
  markerCache.set(folder, isProvider);
  return isProvider;
}

/** Results by folder, read once. After a change of package.json, restart the linter of an editor. */
const markerCache = new Map<string, boolean>();

/** Returns whether the package.json of a folder contains the marker, or undefined if the file cannot be read. */
function readMarker(folder: string): boolean | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return property(property(manifest, 'majordomo'), 'provider') === true;
  } catch {
    return undefined;
  }
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** Returns the path relative to the working directory, with `/`, for matching globs. */
export function relativePath(cwd: string, filename: string): string {
  const path = relative(cwd, resolve(cwd, filename));
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
