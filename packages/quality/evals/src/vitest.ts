/**
 * The matcher `toPassEval` for Vitest.
 * @module
 */
import { expect } from 'vitest';
import type { Evaluation } from './definition/types.ts';
import { toTable } from './report/table.ts';

/** Options of `toPassEval`. */
export interface PassOptions {
  /** Whether the verdict `inconclusive` also passes. `@default false` */
  readonly allowInconclusive?: boolean | undefined;
}

declare module 'vitest' {
  // vitest declares both type parameters, and an augmentation must repeat them.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** Passes for the verdict `pass`, and for `inconclusive` if allowed. The message of a failure is the output of `toTable`. */
    toPassEval(options?: PassOptions): R;
  }
}

/** Implements the matcher. Importing this module adds the matcher to `expect`. */
export function toPassEval(
  evaluation: Evaluation,
  { allowInconclusive = false }: PassOptions = {},
): { readonly pass: boolean; readonly message: () => string } {
  const { verdict } = evaluation;
  const pass = verdict === 'pass' || (allowInconclusive && verdict === 'inconclusive');
  return { pass, message: () => toTable(evaluation) };
}

expect.extend({ toPassEval });
