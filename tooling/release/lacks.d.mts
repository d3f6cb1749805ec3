/** Returns the problems of a tarball from its manifest and paths. */
export function lacksIn(manifest: object, paths: readonly string[]): Iterable<string>;

/** Returns the problems of an unpacked size, in bytes, with the ceilings of `sizes.json`. */
export function lacksOfSize(
  name: string,
  bytes: number,
  ceilings: Readonly<Record<string, number>>,
): Iterable<string>;

/** Returns whether an audit permits a release, and the text to print. */
export function auditVerdict(
  status: number | null,
  output: string,
): { readonly isGood: boolean; readonly text: string };
