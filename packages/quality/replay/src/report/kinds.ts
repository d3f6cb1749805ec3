import { compareText } from '@majordomo/evals/internal';
import type { Unit } from '../statistics/stratified-mean.ts';
import type { ReplayKind } from './report.ts';
import type { ScoredUnit } from './results.ts';
import { countsOf, examplesOf, qualityOf, scoreOf, strataOf, type Weights } from './scored-units.ts';

/** Returns the result of each kind, the lowest quality first. */
export function kindsOf(all: readonly ScoredUnit[], weights: Weights): readonly ReplayKind[] {
  const units = all.filter(({ candidate }) => candidate !== undefined);
  const { names, units: placed } = strataOf(units, weights);
  const scored = placed.map(({ kind, conversation, unit }) => ({
    kind,
    conversation,
    score: unit.candidate === undefined ? 0 : scoreOf(unit.candidate),
  }));
  const probabilities = testKinds(scored, names.length);
  return names
    .flatMap((kind, at): readonly ReplayKind[] => {
      const own = units.filter((unit) => unit.kind === kind);
      const p = probabilities[at] ?? 1;
      const quality = qualityOf(own, weights)?.quality;
      if (quality === undefined) return [];
      const lost = own.filter(({ candidate }) => candidate !== undefined && scoreOf(candidate) < 0);
      return [
        {
          kind,
          share: weights.get(kind) ?? 0,
          quality,
          p,
          isWorse: p <= WORSE_LEVEL,
          differences: Object.fromEntries(
            countsOf(lost.flatMap(({ candidate }) => candidate?.differences ?? [])),
          ),
          examples: examplesOf(lost),
        },
      ];
    })
    .sort((a, b) => a.quality.value - b.quality.value || compareText(a.kind, b.kind));
}

/**
 * Tests each kind by the signs of its conversations. Returns the probabilities of the losses by chance, corrected for the number of kinds
 * (Benjamini and Hochberg): if all kinds with a probability of at most 0.1 are named as worse, at most a tenth of them is named by chance,
 * on average.
 */
export const testKinds = (
  units: readonly Pick<Unit, 'kind' | 'conversation' | 'score'>[],
  kinds: number,
): readonly number[] =>
  corrected(Array.from({ length: kinds }, (_, kind) => chanceOf(units.filter((unit) => unit.kind === kind))));

/** Largest corrected probability with which a kind is named as worse. */
export const WORSE_LEVEL = 0.1;

/** Returns the probabilities corrected for their number, in the same order. */
export function corrected(probabilities: readonly number[]): readonly number[] {
  const result = [...probabilities];
  const total = result.length;
  let smallest = 1;
  const descending = [...probabilities.entries()].sort(([, a], [, b]) => b - a);
  for (const [rank, [kind, p]] of descending.entries()) {
    smallest = Math.min(smallest, (p * total) / (total - rank));
    result[kind] = smallest;
  }
  return result;
}

/** Returns the probability of so many worse conversations if the answers were as good. */
function chanceOf(units: readonly Pick<Unit, 'conversation' | 'score'>[]): number {
  const totals = new Map<Unit['conversation'], number>();
  for (const { conversation, score } of units)
    totals.set(conversation, (totals.get(conversation) ?? 0) + score);
  const signs = [...totals.values()].filter((total) => total !== 0);
  return signTest(signs.filter((total) => total < 0).length, signs.length);
}

/** Returns the probability of at least `losses` heads in `total` tosses of a coin. */
export function signTest(losses: number, total: number): number {
  // The probability of no head is 0 as a number from 1,075 tosses on, so its logarithm is used.
  let logarithm = total * Math.log(0.5);
  let tail = 0;
  for (let heads = 0; heads <= total; heads++) {
    if (heads >= losses) tail += Math.exp(logarithm);
    logarithm += Math.log((total - heads) / (heads + 1));
  }
  return Math.min(1, tail);
}
