import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Copy of a package to mutate; its dependencies are shared. */
export interface Copy {
  readonly folder: string;
  remove(): void;
}

/** Copies a package into a new temporary folder, with the repository files that its tests need. */
export function copyOf(root: string, path: string): Copy {
  const top = mkdtempSync(join(tmpdir(), 'majordomo-mutation-'));
  const folder = join(top, path);
  cpSync(join(root, path), folder, {
    recursive: true,
    filter: (from) => !/\/(node_modules|dist)$/.test(from),
  });
  cpSync(join(root, 'tsconfig.base.json'), join(top, 'tsconfig.base.json'));
  // Tests import the test support of other packages.
  for (let inside = path; dirname(inside) !== '.'; inside = dirname(inside)) {
    for (const name of readdirSync(join(root, inside, '..')))
      if (name !== basename(inside))
        symlinkSync(join(root, inside, '..', name), join(top, inside, '..', name));
  }
  // Tests compare documents with the code.
  symlinkSync(join(root, 'apps'), join(top, 'apps'));
  link(join(root, 'node_modules'), join(top, 'node_modules'));
  link(join(root, path, 'node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    remove: () => {
      rmSync(top, { recursive: true, force: true });
    },
  };
}

/** Creates the folder with a link to each entry. A link to the folder itself would let tools write their caches to the original. */
function link(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name));
}
