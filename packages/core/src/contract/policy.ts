import type { ErrorKind } from './error-kind.ts';

/** retry: same target again; advance: next target; bench: counts against the target's health. */
export interface Decision {
  readonly retry: boolean;
  readonly advance: boolean;
  readonly bench: boolean;
  /** Of `empty`: an empty text is an answer then, and no failure. */
  readonly accept?: boolean | undefined;
}

/** Replaces fields of rows, for a majordomo or for one call. */
export type PolicyOverrides = { readonly [K in ErrorKind]?: Partial<Decision> | undefined };
