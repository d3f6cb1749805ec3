import type { ReplaySample } from './report.ts';

/** Plan of an experiment. Costs are decimal nano-USD. */
export interface ReplayPlan {
  readonly format: 'majordomo-replay-plan/1';
  readonly name: string;
  /** Calls to send: for the candidate, for the control, and at most for the judges. With `follow`, as many as the recorded runs have. */
  readonly calls: { readonly candidate: number; readonly control: number; readonly judge: number };
  readonly sample: ReplaySample;
  /** Likely cost: recorded usage at the prices of the targets, and two calls of a judge for 60 % of the texts. */
  readonly likelyNanoUsd: string;
  /** Maximum cost: answers of maximum length, and two calls of each judge for every pair. */
  readonly maxNanoUsd: string;
  /** Maximum cost of one answer or verdict, which the budget must cover before the first call. */
  readonly maxCallNanoUsd: string;
  /** Likely half width of the 95 % interval of the quality. */
  readonly precision: number;
  /** Probability that a candidate that is as good as the present model meets `minQuality`. */
  readonly power: number;
  /** Smallest share of worse answers, by kind, at which the kind is named in four of five experiments. `undefined`: none is. */
  readonly detectable: Readonly<Record<string, number | undefined>>;
  /** Smallest half width that the traffic allows. */
  readonly bestPrecision: number;
  readonly warnings: readonly string[];
}
