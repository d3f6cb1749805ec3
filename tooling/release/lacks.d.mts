/** What a tarball must not go out without, by its manifest and its paths. */
export function lacksIn(manifest: object, paths: readonly string[]): Iterable<string>;
