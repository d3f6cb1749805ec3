declare module '*/page.html' {
  /** The page in one text, and what its content security policy names. */
  export const PAGE: { readonly html: string; readonly script: string; readonly style: string };
}
