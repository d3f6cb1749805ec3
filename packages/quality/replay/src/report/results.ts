import type { Comparison } from '../compare/comparison.ts';
import type { ReplayModels, ReplaySample } from './report.ts';

/** Everything that a report is computed of. */
export interface Results {
  readonly name: string;
  readonly models: ReplayModels;
  readonly sample: ReplaySample;
  /** Whether the units are complete runs. */
  readonly follow: boolean;
  readonly units: readonly ScoredUnit[];
  readonly minQuality: number;
  readonly maxCost: number | undefined;
  /** Models of the judge, if a model judges. */
  readonly judges: readonly string[];
  /** Whether the answers were requested one by one, so that times are known. */
  readonly isLive: boolean;
  readonly spentNanoUsd: bigint;
  readonly lost: { readonly calls: number; readonly maxNanoUsd: bigint };
  /** Warnings of the plan and of the run. */
  readonly warnings: readonly string[];
}

/** Unit of the sample with the results that exist so far. */
export interface ScoredUnit {
  readonly id: string;
  readonly kind: string;
  readonly conversation: string;
  /** Comparison of the candidate with the recorded answer. `undefined`: no result yet. */
  readonly candidate: Comparison | undefined;
  /** Comparison of the present model with its recorded answer. `undefined`: not in the control, or no result yet. */
  readonly control: Comparison | undefined;
  readonly isInControl: boolean;
  /** Failure of the recorded answer: finish reason or `format`. */
  readonly recordedFailure: string | undefined;
  readonly recordedMs: number | undefined;
  readonly recordedFirstMs: number | undefined;
  /** Cost of the present model: of its recorded answer, or of the control if complete runs are compared. */
  readonly presentCost: StoredCost | undefined;
  readonly candidateCost: StoredCost | undefined;
}

/** Cost of an answer in nano-USD, as decimal integers. */
export interface StoredCost {
  /** Cost with the share of cached input of the recorded answer, or of the answers of a run. */
  readonly nanoUsd: string;
  /** Cost without a cache. */
  readonly uncachedNanoUsd: string;
  /** Cost as an item of a batch, without a cache; `undefined` for runs, and if the target has no price for batches. */
  readonly batchNanoUsd: string | undefined;
}
