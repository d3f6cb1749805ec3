import { PAGE as built } from './page.html';

/** The page in one text, and the hashes of its script and style. */
export const PAGE: { readonly html: string; readonly script: string; readonly style: string } = built;
