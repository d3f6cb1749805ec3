/** Returns the problems of a tarball from its manifest and paths. */
export function lacksIn(manifest: object, paths: readonly string[]): Iterable<string>;

/** Manifest of a package of the release. */
interface Exporting {
  readonly exports: object;
}

/** Returns the imports that a user's installation may not resolve, in all code that the entries reach. */
export function lacksOfImports(
  manifest: object,
  code: ReadonlyMap<string, string>,
  manifests: ReadonlyMap<string, Exporting>,
): Iterable<string>;

/** Returns the problems of a size, in bytes, next to the recorded sizes of `sizes.json`. */
export function lacksOfSize(
  name: string,
  bytes: number,
  recorded: Readonly<Record<string, number>>,
): Iterable<string>;

/** Returns whether an audit permits a release, and the text to print. */
export function auditVerdict(
  status: number | null,
  output: string,
): { readonly isGood: boolean; readonly text: string };
