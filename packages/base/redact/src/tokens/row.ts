/**
 * Kind of token: id, fixed beginnings, pattern of the rest, and source. A token without a fixed beginning lists every character that
 * may be its first one. If several rows match, the row with the longest beginning applies, and of these the first row.
 *
 * A pattern may match only the first part of a token, because the complete word is masked. A pattern whose length must be exact ends
 * with a negative lookahead.
 */
export type TokenRow = readonly [id: string, starts: readonly string[], body: string, source: string];

// Public rule sets, for vendors that do not document their keys.
export const GITLEAKS = 'rules of gitleaks, read 2026-11-20';
export const SECRETLINT = 'rules of secretlint, read 2026-11-20';
/** Source for kinds of tokens whose shape is not documented. */
export const OBSERVED = 'shape of keys in use, not documented by the vendor, 2026-11-21';
/** Returns the source for a vendor's page about its keys. Most of these pages show only an example of a key, not its format. */
export const page = (address: string): string =>
  `${address}, found 2026-11-20; the page was not compared with the shape`;
