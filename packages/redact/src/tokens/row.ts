/** One kind of token: how it begins, what follows, and where that is said. */
export type TokenRow = readonly [id: string, starts: readonly string[], body: string, source: string];

// The public rule sets that the shapes of vendors without a page of their own were learnt from.
export const GITLEAKS = 'gitleaks (fact of its rule), read 2026-11-20';
export const SECRETLINT = 'secretlint (fact of its rule), read 2026-11-20';
/** Of keys whose shape no page says. */
export const OBSERVED = 'keys in use, as they are known to look; no page says it, 2026-11-21';
/** A page of the vendor's about its keys; most say no more of their shape than an example does. */
export const page = (address: string): string =>
  `${address}; named 2026-11-20, the shape not checked against it`;
