import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EXIT, Stop } from './exit.ts';
import { installCommand } from './install-command.ts';
import { reasonOf } from './reason.ts';

const trustedFolders = new Set<string>();

/** Allows loading packages that the project in this folder has installed, because the user trusts the project's code. */
export const trustPackagesOf = (cwd: string): void => void trustedFolders.add(cwd);

const fromCommand = createRequire(import.meta.url);
const projectOf = (cwd: string): NodeJS.Require => createRequire(join(cwd, 'package.json'));

/** Returns the places to load packages from: the command's installation, then a trusted project. */
const requireFrom = (cwd: string): readonly NodeJS.Require[] =>
  trustedFolders.has(cwd) ? [fromCommand, projectOf(cwd)] : [fromCommand];

/** Returns the file that `import` of a package would load, or `undefined` if it is not installed. */
export const locatePackage = (name: string, cwd: string): string | undefined =>
  located(name, requireFrom(cwd));

function located(name: string, places: readonly NodeJS.Require[]): string | undefined {
  for (const place of places) {
    try {
      return place.resolve(name);
    } catch {
      // Try the next folder.
    }
  }
  return undefined;
}

/** Imports a package of the command or of a trusted project. Throws `Stop` with the install command if it is missing. */
export async function loadPackage(name: string, cwd: string, why: string): Promise<object> {
  const file = locatePackage(name, cwd);
  if (file === undefined) throw new Stop(`${why} needs ${missingPackages([name], cwd) ?? name}`);
  try {
    return (await import(pathToFileURL(file).href)) as object;
  } catch (error) {
    throw new Stop(`${name} cannot be loaded: ${reasonOf(error)}`, EXIT.failed);
  }
}

/** Returns the packages that cannot be loaded with the remedy, such as `x; npm install x`, or `undefined` if none is missing. */
export function missingPackages(names: readonly string[], cwd: string): string | undefined {
  const missing = names.filter((name) => locatePackage(name, cwd) === undefined);
  if (missing.length === 0) return undefined;
  const packages = missing.map(packageOf);
  const isInProject = missing.every((name) => located(name, [projectOf(cwd)]) !== undefined);
  const remedy = isInProject
    ? ', which only the project has installed; install it next to majordomo, or trust the configuration of the project: majordomo trust'
    : `; ${installCommand(packages)}`;
  return `${packages.join(', ')}${remedy}`;
}

/** Returns the name of a package without the path of an entry. */
const packageOf = (name: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name;
