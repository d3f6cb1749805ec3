import { filesIn, read, type Package } from './repository.ts';
import { importsOf } from './syntax.ts';

/** Wings that a wing directly above `base` may import. */
const ABOVE_BASE = ['base'];
/** Wings that the two wings at the top may import. */
const BELOW_THE_TOP = ['base', 'providers', 'calls', 'agents', 'operation'];

/**
 * The wings of `packages`, from the bottom to the top, each with the wings that its packages may import besides their own.
 * The rule applies to `dependencies`, `peerDependencies` and imports in `src`. Development dependencies, tests, `apps` and
 * `tooling` may use everything.
 */
export const WINGS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  providers: ABOVE_BASE,
  calls: ABOVE_BASE,
  agents: ['base', 'calls'],
  operation: ['base', 'calls', 'agents'],
  stores: BELOW_THE_TOP,
  quality: BELOW_THE_TOP,
};

/** Names of imported packages by file: `package.json` with its dependencies, and each source of `src`. */
export type ImportsByFile = ReadonlyMap<string, readonly string[]>;

/** Returns the packages that a package needs at run time, and those that its sources import, including types. */
export function importsFrom(pkg: Package): ImportsByFile {
  const { dependencies, peerDependencies } = pkg.manifest;
  const sources = filesIn(`${pkg.path}/src`).filter((file) => /(?<!\.test)\.tsx?$/.test(file));
  return new Map([
    [`${pkg.path}/package.json`, Object.keys({ ...dependencies, ...peerDependencies })],
    ...sources.map((file) => [file, importsOf(file, read(file)).map(packageName)] as const),
  ]);
}

/** Returns a message for each file that imports a package of a wing that its own wing may not import. */
export function upwardImports(
  wing: string,
  imports: ImportsByFile,
  wingOf: ReadonlyMap<string, string | undefined>,
): readonly string[] {
  const below = WINGS[wing];
  if (below === undefined) return [`packages/${wing}: is not a wing; add it to tooling/shape/src/wings.ts`];
  const allowed = [wing, ...below];
  const remedy = `${wing} may import only ${allowed.join(', ')}; move the code to a wing above, or take it as an option`;
  return [...imports].flatMap(([file, names]) =>
    [...new Set(names)].flatMap((name) => {
      const other = wingOf.get(name);
      const isAllowed = other === undefined || allowed.includes(other);
      return isAllowed ? [] : [`${file}: imports ${name} of the wing ${other}. ${remedy}`];
    }),
  );
}

/** Returns the package of an import: `@majordomo/core` for `@majordomo/core/toolkit`. */
export function packageName(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/');
  return specifier.startsWith('@') ? `${scope}/${name}` : scope;
}
