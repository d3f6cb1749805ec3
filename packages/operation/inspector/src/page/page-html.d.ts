declare module '*/page.html' {
  /** HTML of the page, with the hashes for its content security policy. */
  export const PAGE: { readonly html: string; readonly script: string; readonly style: string };
}
