import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** File of a package that states from which sources `dist` was built. Turbo stores and restores it with `dist`. */
const RECORD = '.turbo/built-from.txt';

/** Returns a hash of the names and contents of a package's sources, without tests. */
export function hashOfSources(folder: string): string {
  const hash = createHash('sha256');
  const files = globSync('src/**/*.{ts,tsx,css,json}', { cwd: folder }).sort();
  for (const file of files.filter((name) => !name.endsWith('.test.ts')))
    hash.update(`${file}\n${readFileSync(join(folder, file), 'utf8')}\n`);
  return hash.digest('hex');
}

/** Returns the hash of the sources from which the package was built, or `undefined` before the first build. */
export function builtFrom(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, RECORD), 'utf8');
  } catch {
    return undefined;
  }
}

/** Records the sources of a build. */
export function recordBuild(folder: string): void {
  const file = join(folder, RECORD);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, hashOfSources(folder));
}
