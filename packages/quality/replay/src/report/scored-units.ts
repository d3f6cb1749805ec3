import { compareText } from '@majordomo/evals/internal';
import type { Comparison } from '../compare/comparison.ts';
import { qualityDifference } from '../statistics/quality.ts';
import type { Interval, Unit } from '../statistics/stratified-mean.ts';
import type { Estimate } from './report.ts';
import type { ScoredUnit } from './results.ts';

/** Share of the traffic that each kind has, by its name. */
export type Weights = ReadonlyMap<string, number>;

interface Placed {
  /** Position of the unit's kind in the list of shares. */
  readonly kind: number;
  readonly conversation: string;
  readonly unit: ScoredUnit;
}

/** Units with the shares of their kinds. Kinds without a unit are absent, and the other shares have the sum 1. */
interface Strata {
  readonly names: readonly string[];
  readonly shares: readonly number[];
  readonly units: readonly Placed[];
}

export function strataOf(units: readonly ScoredUnit[], weights: Weights): Strata {
  const names = [...new Set(units.map(({ kind }) => kind))].sort();
  const positions = new Map(names.map((name, at) => [name, at]));
  const total = names.reduce((sum, name) => sum + (weights.get(name) ?? 0), 0);
  return {
    names,
    shares: names.map((name) => (weights.get(name) ?? 0) / total),
    units: units.map((unit) => ({
      kind: positions.get(unit.kind) ?? 0,
      conversation: unit.conversation,
      unit,
    })),
  };
}

/** Score of a comparison, which a label of a person replaces. */
export const scoreOf = ({ score, label }: Comparison): number => label ?? score;

export const estimateOf = ({ value, low, high }: Interval, n: number): Estimate => ({ value, low, high, n });

/** Quality of answers with its parts. The quality 1 means as good as the recorded answers. */
interface Quality {
  readonly quality: Estimate;
  readonly worse: Estimate;
  readonly better: Estimate;
}

/** Returns the quality of the units that have a comparison, or `undefined` if none has one. */
export function qualityOf(
  all: readonly ScoredUnit[],
  weights: Weights,
  comparisonOf: (unit: ScoredUnit) => Comparison | undefined = ({ candidate }) => candidate,
): Quality | undefined {
  const units = all.filter((unit) => comparisonOf(unit) !== undefined);
  if (units.length === 0) return undefined;
  const { shares, units: placed } = strataOf(units, weights);
  const scored = placed.map(({ kind, conversation, unit }): Unit => {
    const { score = 0, isDoubtful, label } = comparisonOf(unit) ?? {};
    return { kind, conversation, score, isDoubtful, label };
  });
  const { difference, loss, gain } = qualityDifference(scored, shares);
  const { value, low, high } = difference;
  return {
    quality: { value: 1 + value, low: 1 + low, high: 1 + high, n: units.length },
    worse: estimateOf(loss, units.length),
    better: estimateOf(gain, units.length),
  };
}

const EXAMPLES = 3;

/** Returns the ids of at most three units of different conversations, those with the lowest scores first. */
export function examplesOf(units: readonly ScoredUnit[]): readonly string[] {
  // 1 is the highest score, so units without a result come last.
  const rank = ({ candidate }: ScoredUnit): number => (candidate === undefined ? 1 : scoreOf(candidate));
  const sorted = units.toSorted((a, b) => rank(a) - rank(b) || compareText(a.id, b.id));
  const first = new Map<string, string>();
  for (const { conversation, id } of sorted) if (!first.has(conversation)) first.set(conversation, id);
  return [...first.values()].slice(0, EXAMPLES);
}

/** Returns the values with their numbers, the most frequent first. */
export function countsOf(values: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return new Map([...counts].sort(([a, m], [b, n]) => n - m || compareText(a, b)));
}
