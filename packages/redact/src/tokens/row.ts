/** Kind of token: id, fixed beginnings, pattern of the rest, and source. */
export type TokenRow = readonly [id: string, starts: readonly string[], body: string, source: string];

// Public rule sets, for vendors without a page.
export const GITLEAKS = 'gitleaks (fact of its rule), read 2026-11-20';
export const SECRETLINT = 'secretlint (fact of its rule), read 2026-11-20';
/** Source of kinds whose shape is not documented. */
export const OBSERVED = 'keys in use, as they are known to look; no page says it, 2026-11-21';
/** Returns the source for a vendor's page about its keys. Most pages show only an example. */
export const page = (address: string): string =>
  `${address}; named 2026-11-20, the shape not checked against it`;
