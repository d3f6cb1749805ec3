import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

const WORKSPACE = 'pnpm-workspace.yaml';

/**
 * Root folder of this repository. It is searched above this file, because tsup bundles this file into the configuration of
 * each package.
 */
export const ROOT: string = rootAbove(import.meta.dirname);

/** Package of the workspace. */
export interface WorkspacePackage {
  /** Path under the root, such as `packages/base/core`. */
  readonly path: string;
  /** Name of the folder: `core` for `packages/base/core`. */
  readonly id: string;
  /** Wing of the package: `base` for `packages/base/core`. Packages in `apps` and `tooling` have none. */
  readonly wing: string | undefined;
  /** Parsed `package.json`. */
  readonly manifest: {
    readonly name: string;
    readonly version: string;
    readonly private?: boolean;
    readonly devDependencies?: Readonly<Record<string, string>>;
  };
}

/**
 * Returns the packages of a checkout, by default this one: in the order of the lines of pnpm's workspace file, which lists
 * the wings, and by name within a line. Every tool that needs the packages or their wings calls this function.
 */
export function packagesIn(root: string = ROOT): readonly WorkspacePackage[] {
  const patterns = [...readFileSync(join(root, WORKSPACE), 'utf8').matchAll(/^ {2}- ([\w*/-]+)$/gm)];
  return patterns.flatMap(([, pattern = '']) =>
    globSync(`${pattern}/package.json`, { cwd: root })
      .map((file) => dirname(file).split(sep))
      .sort((a, b) => (a.join() < b.join() ? -1 : 1))
      .map((folders) => packageAt(root, folders)),
  );
}

/** Returns the package whose folder has this name. Throws if there is none. */
export function packageOf(id: string): WorkspacePackage {
  const found = packagesIn().find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no package in a folder ${id}; see ${WORKSPACE}`);
  return found;
}

/** Returns the absolute path of a package's folder, such as `…/packages/base/core` for `core`. */
export const folderOf = (id: string): string => join(ROOT, packageOf(id).path);

function packageAt(root: string, folders: readonly string[]): WorkspacePackage {
  const [top = '', wing = ''] = folders;
  const path = folders.join('/');
  return {
    path,
    id: folders.at(-1) ?? '',
    wing: top === 'packages' ? wing : undefined,
    manifest: JSON.parse(
      readFileSync(join(root, path, 'package.json'), 'utf8'),
    ) as WorkspacePackage['manifest'],
  };
}

function rootAbove(folder: string): string {
  if (existsSync(join(folder, WORKSPACE))) return folder;
  if (dirname(folder) === folder)
    throw new Error(`no folder above ${import.meta.dirname} contains ${WORKSPACE}`);
  return rootAbove(dirname(folder));
}
