import { ratioOfTotals } from '../statistics/cost-ratio.ts';
import { designOf } from '../statistics/design.ts';
import { stratifiedMean } from '../statistics/stratified-mean.ts';
import type { ReplayCost } from './report.ts';
import type { ScoredUnit, UnitCost } from './results.ts';
import { estimateOf, strataOf, type Weights } from './strata.ts';

/** Unit whose costs are both known. */
interface Paid {
  /** Position of the kind in the list of shares. */
  readonly kind: number;
  readonly conversation: string;
  readonly present: UnitCost;
  readonly candidate: UnitCost;
}

/**
 * Returns the cost relative to the present model, or `undefined` if no cost is known, or if the present model costs nothing or only in one
 * conversation.
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
  const meanOf = (side: 'present' | 'candidate', costIn: (cost: UnitCost) => bigint | undefined): number =>
    stratifiedMean(paid, design, (unit) => Number(costIn(unit[side]) ?? 0)).value;
  const relative = (costIn: (cost: UnitCost) => bigint | undefined): number =>
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

const paidCost = ({ nanoUsd }: UnitCost): bigint => nanoUsd;
const hasBatchPrice = ({ batchNanoUsd }: UnitCost): boolean => batchNanoUsd !== undefined;
const nanoText = (nanoUsd: number): string => `${BigInt(Math.round(nanoUsd))}`;
