import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packagesIn, ROOT, type WorkspacePackage } from '../../build/packages.ts';

export { ROOT };

/** Properties of a `package.json` that the tests use. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** `rank`: what a published package promises (apps/docs/stability.md). `provider`: whether the lint rule allows raw calls. */
  readonly majordomo?: { readonly rank?: 'stable' | 'experimental'; readonly provider?: true };
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly repository?: { readonly url?: string; readonly directory?: string };
  readonly engines?: { readonly node?: string };
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly files?: readonly string[];
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, unknown>>;
}

/** Workspace package. */
export interface Package extends WorkspacePackage {
  readonly manifest: Manifest;
}

/** Returns the text of a file under the root. Throws if the file does not exist. */
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Whether the file or folder exists under the root. */
export const exists = (path: string): boolean => existsSync(join(ROOT, path));

/** All workspace packages, including private ones. */
export const workspace: readonly Package[] = packagesIn();

/** The published packages. The names of packages in `apps/` differ from their folder names. */
export const published: readonly Package[] = workspace.filter(({ manifest }) => manifest.private !== true);

const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git', '.turbo', '.ci/out']);

/** Returns the files under a folder as sorted paths from the root, without built and installed files. */
export function filesIn(folder: string): readonly string[] {
  if (!exists(folder)) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry): readonly string[] => {
      const path = relative(ROOT, join(ROOT, folder, entry.name));
      if (NOT_OURS.has(entry.name) || NOT_OURS.has(path)) return [];
      return entry.isDirectory() ? filesIn(path) : [path];
    });
}

/** Returns the TypeScript sources that a package publishes: its `src` without tests. */
export const sourcesOf = ({ path }: Package): readonly string[] =>
  filesIn(`${path}/src`).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
