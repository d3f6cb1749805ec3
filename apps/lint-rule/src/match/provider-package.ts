import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Whether the nearest package.json says `"majordomo": { "provider": true }`. One read per folder and process. */
export function isProviderPackage(folder: string): boolean {
  const known = markers.get(folder);
  if (known !== undefined) return known;
  const above = dirname(folder);
  const marked = markerIn(folder) ?? (above === folder ? false : isProviderPackage(above));
  markers.set(folder, marked);
  return marked;
}

/** A linter asks for every file: an editor must be restarted after the marker changed. */
const markers = new Map<string, boolean>();

/** Undefined where no package.json can be read. */
function markerIn(folder: string): boolean | undefined {
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

/** The path that globs are matched against: from the working folder, with `/`. */
export function pathFrom(cwd: string, filename: string): string {
  const path = relative(cwd, resolve(cwd, filename));
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
