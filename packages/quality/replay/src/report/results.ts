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
  readonly presentCost: UnitCost | undefined;
  readonly candidateCost: UnitCost | undefined;
}

/** Cost of one unit in nano-USD. */
export interface UnitCost {
  /** Cost with the recorded share of cached input. */
  readonly nanoUsd: bigint;
  readonly uncachedNanoUsd: bigint;
  /** Cost at the batch price. `undefined`: there is none. */
  readonly batchNanoUsd: bigint | undefined;
}
