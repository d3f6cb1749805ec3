import { casesFor, conformance, type Case } from '@majordomo/conformance';
import type { Subject } from './subjects.ts';

/** Outcome of a case for a subject. Contains the unsupported variants, each with its reason. */
export interface Outcome {
  readonly of: Case;
  readonly cannot: readonly (readonly [title: string, reason: string])[];
  readonly isNone: boolean;
}

/** Returns the outcomes of all cases for a subject. */
export function outcomesOf({ variants }: Subject): readonly Outcome[] {
  const runs = variants.map(([title, harness]) => [title, casesFor(harness)] as const);
  return conformance.map((of, at) => {
    const cannot = runs.flatMap(([title, cases]) => {
      const run = cases[at]?.[1];
      return typeof run === 'string' ? [[title, run] as const] : [];
    });
    return { of, cannot, isNone: cannot.length === variants.length };
  });
}
