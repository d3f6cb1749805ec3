import { studentT } from '@majordomo/evals/internal';
import {
  type Design,
  designOf,
  type Interval,
  stratifiedMean,
  type Unit,
} from '../statistics/stratified-mean.ts';
import type { ReplayCost } from './report.ts';
import type { ScoredUnit, StoredCost } from './results.ts';
import { estimateOf, strataOf, type Weights } from './scored-units.ts';

/** Unit whose costs are both known. */
interface Paid {
  /** Position of the kind in the list of shares. */
  readonly kind: number;
  readonly conversation: string;
  readonly present: StoredCost;
  readonly candidate: StoredCost;
}

/**
 * Returns the cost relative to the present model, or `undefined` if no cost is known, if the present model costs nothing, or if one
 * conversation has most of its cost.
 */
export function costOf(all: readonly ScoredUnit[], weights: Weights): ReplayCost | undefined {
  const known = all.filter(hasCosts);
  const { shares, units } = strataOf(known, weights);
  const paid = units.flatMap(({ kind, conversation, unit }): readonly Paid[] => {
    const { presentCost: present, candidateCost: candidate } = unit;
    return present === undefined || candidate === undefined
      ? []
      : [{ kind, conversation, present, candidate }];
  });
  const design = designOf(paid, shares);
  const meanOf = (side: 'present' | 'candidate', costIn: (cost: StoredCost) => string | undefined): number =>
    stratifiedMean(paid, design, (unit) => Number(costIn(unit[side]) ?? 0)).value;
  const relative = (costIn: (cost: StoredCost) => string | undefined): number =>
    meanOf('candidate', costIn) / meanOf('present', costIn);
  const hasBatchPrices = paid.every((unit) => [unit.present, unit.candidate].every(hasBatchPrice));
  const ratio = ratioOfTotals(
    paid,
    shares,
    (unit) => Number(paidCost(unit.candidate)),
    (unit) => Number(paidCost(unit.present)),
  );
  if (ratio === undefined) return undefined;
  return {
    ratio: estimateOf(ratio, paid.length),
    uncachedRatio: relative(({ uncachedNanoUsd }) => uncachedNanoUsd),
    batchRatio: hasBatchPrices ? relative(({ batchNanoUsd }) => batchNanoUsd) : undefined,
    presentNanoUsd: nanoText(meanOf('present', paidCost)),
    candidateNanoUsd: nanoText(meanOf('candidate', paidCost)),
  };
}

export const hasCosts = ({ presentCost, candidateCost }: ScoredUnit): boolean =>
  presentCost !== undefined && candidateCost !== undefined;

const paidCost = ({ nanoUsd }: StoredCost): string => nanoUsd;
const hasBatchPrice = ({ batchNanoUsd }: StoredCost): boolean => batchNanoUsd !== undefined;
const nanoText = (nanoUsd: number): string => `${BigInt(Math.round(nanoUsd))}`;

type Place = Pick<Unit, 'kind' | 'conversation'>;

/**
 * Returns the ratio of two totals, such as the costs of two models. Returns `undefined` if the total before is 0, or if it has no
 * interval, because one conversation has most of it.
 *
 * The interval is symmetric on the logarithmic scale. The error of a conversation is that of the jackknife: how much the ratio changes
 * without the conversation. The degrees of freedom are those of the effective number of conversations (Kish), which is small if few calls
 * have most of the total.
 */
export function ratioOfTotals<U extends Place>(
  units: readonly U[],
  shares: readonly number[],
  after: (unit: U) => number,
  before: (unit: U) => number,
): Interval | undefined {
  const design = designOf(units, shares);
  const base = stratifiedMean(units, design, before).value;
  const value = stratifiedMean(units, design, after).value / base;
  const parts = partsOf(units, design, (unit) => before(unit) / base);
  const effective = 1 / [...parts.values()].reduce((sum, part) => sum + part ** 2, 0);
  if (parts.size < 2 || effective < 2) return undefined;
  if (value === 0) return { value, low: 0, high: 0 };
  const { errors } = stratifiedMean(units, design, (unit) => after(unit) - value * before(unit));
  let variance = 0;
  for (const [conversation, error] of errors) variance += (error / (1 - (parts.get(conversation) ?? 0))) ** 2;
  const t = studentT(0.975, Math.min(design.freedom, effective - 1));
  const factor = Math.exp((t * Math.sqrt(variance)) / (value * base));
  return { value, low: value / factor, high: value * factor };
}

/** Returns the part that each conversation has in a total, without the conversations whose kind has no other one. */
function partsOf<U extends Place>(
  units: readonly U[],
  { shares, sizes, factors }: Design,
  partOf: (unit: U) => number,
): ReadonlyMap<Unit['conversation'], number> {
  const parts = new Map<Unit['conversation'], number>();
  for (const unit of units) {
    const { kind, conversation } = unit;
    const part = ((shares[kind] ?? 0) / (sizes[kind] ?? 1)) * partOf(unit);
    if (part > 0 && factors.get(conversation)?.[kind] !== 0)
      parts.set(conversation, (parts.get(conversation) ?? 0) + part);
  }
  return parts;
}
