/** Returns the problems of a tarball from its manifest and paths. */
export function lacksIn(manifest: object, paths: readonly string[]): Iterable<string>;
