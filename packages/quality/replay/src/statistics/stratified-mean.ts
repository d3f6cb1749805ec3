import type { Design } from './design.ts';
import type { Unit } from './unit.ts';

/** Mean of a value in the traffic. */
export interface StratifiedMean {
  readonly value: number;
  /** Mean of each kind. */
  readonly means: readonly number[];
  /** Error that each conversation contributes. */
  readonly errors: ReadonlyMap<Unit['conversation'], number>;
  /** Variance of `value`: the sum of the squared errors. */
  readonly variance: number;
}

/** Returns the mean of a value over the units, weighted by the shares of their kinds. */
export function stratifiedMean<U extends Pick<Unit, 'kind' | 'conversation'>>(
  units: readonly U[],
  { shares, sizes, factors }: Design,
  valueOf: (unit: U) => number,
): StratifiedMean {
  const totals = shares.map(() => 0);
  for (const unit of units) totals[unit.kind] = (totals[unit.kind] ?? 0) + valueOf(unit);
  const means = totals.map((total, kind) => (total === 0 ? 0 : total / (sizes[kind] ?? 0)));
  const errors = new Map<Unit['conversation'], number>();
  for (const unit of units) {
    const { kind, conversation } = unit;
    const factor = factors.get(conversation)?.[kind] ?? 0;
    const error = factor * (valueOf(unit) - (means[kind] ?? 0));
    errors.set(conversation, (errors.get(conversation) ?? 0) + error);
  }
  const variance = [...errors.values()].reduce((sum, error) => sum + error ** 2, 0);
  return { value: weightedSum(shares, means), means, errors, variance };
}

export const weightedSum = (weights: readonly number[], values: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * (values[at] ?? 0), 0);
