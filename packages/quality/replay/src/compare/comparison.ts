import type { Divergence } from '../traffic/answer.ts';

/** Comparison of an answer with the recorded answer. */
export interface Comparison {
  /** Score from -1 (worse) to 1 (better). */
  readonly score: number;
  /** Step that decided. */
  readonly by: 'failure' | 'format' | 'equal' | 'check' | 'judge' | 'undecided';
  /** Whether the judge contradicts itself, or has no verdict. */
  readonly isDoubtful: boolean;
  /** Score that a person has given. */
  readonly label: number | undefined;
  /** Error kind, finish reason, or `format`, if the answer failed. */
  readonly failure: string | undefined;
  /** Kinds of difference, such as `field /total differs`. Contain no content. */
  readonly differences: readonly string[];
  readonly divergences: readonly Divergence[];
  readonly ms: number | undefined;
  readonly firstMs: number | undefined;
}
