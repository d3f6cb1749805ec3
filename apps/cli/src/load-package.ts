import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EXIT, Stop } from './exit.ts';
import { reasonOf } from './reason.ts';

/** Where a package may be: the project that the command was called in, then where the command is installed. */
const placesFrom = (cwd: string): readonly NodeJS.Require[] => [
  createRequire(join(cwd, 'package.json')),
  createRequire(import.meta.url),
];

/** The file that `import` of a package would load, or `undefined` when it is not installed. */
export function locatePackage(name: string, cwd: string): string | undefined {
  for (const place of placesFrom(cwd)) {
    try {
      return place.resolve(name);
    } catch {
      // The next place.
    }
  }
  return undefined;
}

/** Imports a package of the project or of the command. A missing one is named with its install command. */
export async function loadPackage(name: string, cwd: string, why: string): Promise<object> {
  const file = locatePackage(name, cwd);
  if (file === undefined) throw new Stop(`${why} needs ${packageOf(name)}: npm install ${packageOf(name)}`);
  try {
    return (await import(pathToFileURL(file).href)) as object;
  } catch (error) {
    throw new Stop(`${name} cannot be loaded: ${reasonOf(error)}`, EXIT.failed);
  }
}

/** Without the path of an entry of its own. */
const packageOf = (name: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name;
