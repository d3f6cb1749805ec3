/** Returns the packages whose version is not in the registry. Throws if the registry does not answer. */
export function unpublishedOf<T extends { readonly name: string; readonly version: string }>(
  packages: readonly T[],
  registry: string,
): Promise<readonly T[]>;
