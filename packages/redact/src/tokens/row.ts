/** One kind of token: how it begins, what follows, and where that is said. */
export type TokenRow = readonly [id: string, starts: readonly string[], body: string, source: string];

// The public rule sets that the shapes of vendors without a page of their own were learnt from.
export const GITLEAKS = 'gitleaks (fact of its rule), read 2026-11-20';
export const SECRETLINT = 'secretlint (fact of its rule), read 2026-11-20';
/** Of keys that the author's providers use: the shape is what their consoles hand out. */
export const CONSOLE = "the vendor's console, seen 2026-11-20";
/** A page of the vendor's. */
export const page = (address: string): string => `${address}, read 2026-11-20`;
