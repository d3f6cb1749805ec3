import { PAGE as built } from './page.html';

/** HTML of the page, with the hashes of its script and style. */
export const PAGE: { readonly html: string; readonly script: string; readonly style: string } = built;
