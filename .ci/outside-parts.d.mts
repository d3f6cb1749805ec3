/** Maximum age of the result of a part, in days before the last change of what it covers. */
export const MAX_DAYS: number;

/** Parts of `.ci/outside`. */
export const PARTS: Readonly<
  Record<string, { readonly run: readonly string[]; readonly covers: readonly string[] }>
>;
