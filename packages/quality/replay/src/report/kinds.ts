import { testKinds, worseKinds, type TestedKind } from '../statistics/worse-kinds.ts';
import { compare, countsOf, examplesOf } from './examples.ts';
import type { ReplayKind } from './report.ts';
import type { ScoredUnit } from './results.ts';
import { qualityOf, scoreOf, strataOf, type Weights } from './strata.ts';

/** Returns the result of each kind, the lowest quality first. */
export function kindsOf(all: readonly ScoredUnit[], weights: Weights): readonly ReplayKind[] {
  const units = all.filter(({ candidate }) => candidate !== undefined);
  const { names, units: placed } = strataOf(units, weights);
  const scored = placed.map(({ kind, conversation, unit }) => ({
    kind,
    conversation,
    score: unit.candidate === undefined ? 0 : scoreOf(unit.candidate),
  }));
  const tested = testKinds(scored, names.length);
  const corrected = correctedOf(tested);
  const worse = new Set(worseKinds(tested));
  return names
    .flatMap((kind, at): readonly ReplayKind[] => {
      const own = units.filter((unit) => unit.kind === kind);
      const quality = qualityOf(own, weights)?.quality;
      if (quality === undefined) return [];
      const lost = own.filter(({ candidate }) => candidate !== undefined && scoreOf(candidate) < 0);
      return [
        {
          kind,
          share: weights.get(kind) ?? 0,
          quality,
          p: corrected.get(at) ?? 1,
          isWorse: worse.has(at),
          differences: Object.fromEntries(
            countsOf(lost.flatMap(({ candidate }) => candidate?.differences ?? [])),
          ),
          examples: examplesOf(lost),
        },
      ];
    })
    .sort((a, b) => a.quality.value - b.quality.value || compare(a.kind, b.kind));
}

/** Returns the smallest rate of wrong names at which `worseKinds` names each kind, by the position of the kind. */
function correctedOf(tested: readonly TestedKind[]): ReadonlyMap<number, number> {
  const corrected = new Map<number, number>();
  let smallest = 1;
  const descending = tested.toSorted((a, b) => b.p - a.p);
  for (const [at, { kind, p }] of descending.entries()) {
    smallest = Math.min(smallest, (p * tested.length) / (tested.length - at));
    corrected.set(kind, smallest);
  }
  return corrected;
}
