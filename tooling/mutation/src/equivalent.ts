import type { Mutant } from './mutant.ts';

/** A change that no test can notice, since nothing that anybody can see depends on it. */
export interface Equivalent extends Pick<Mutant, 'file' | 'before' | 'after'> {
  readonly why: string;
}

export const EQUIVALENT: readonly Equivalent[] = [];

export const isEquivalent = (mutant: Mutant): boolean => EQUIVALENT.some((known) => isSame(known, mutant));

/** Those whose code has changed since: to be looked at again. */
export const outdated = (mutants: readonly Mutant[], starts: readonly string[]): readonly Equivalent[] =>
  EQUIVALENT.filter(
    (known) =>
      starts.some((start) => known.file.startsWith(start)) && !mutants.some((it) => isSame(known, it)),
  );

type Named = Pick<Mutant, 'file' | 'before' | 'after'>;

const isSame = (a: Named, b: Named): boolean =>
  a.file === b.file && a.before === b.before && a.after === b.after;
