import { compareText } from '@majordomo/evals/internal';
import { countsOf, examplesOf, scoreOf } from './scored-units.ts';
import type { ReplayReport } from './report.ts';
import type { Comparison } from '../compare/comparison.ts';
import type { ScoredUnit } from './results.ts';

type Divergences = ReplayReport['divergences'];

/** Returns the divergences of tool calls, those with the most worse answers first. */
export function divergencesOf(units: readonly ScoredUnit[]): Divergences {
  const groups = new Map<
    string,
    { readonly divergence: Comparison['divergences'][number]; readonly units: Set<ScoredUnit> }
  >();
  for (const unit of units)
    for (const divergence of unit.candidate?.divergences ?? []) {
      const { type, tool, paths = [] } = divergence;
      const key = JSON.stringify([type, tool, paths.toSorted()]);
      const group = groups.get(key) ?? { divergence, units: new Set() };
      group.units.add(unit);
      groups.set(key, group);
    }
  return Array.from(groups, ([key, { divergence, units: own }]) => ({
    key,
    result: {
      ...divergence,
      calls: own.size,
      worse: [...own].filter(({ candidate }) => candidate !== undefined && scoreOf(candidate) < 0).length,
      examples: examplesOf([...own]),
    },
  }))
    .sort(
      (a, b) =>
        b.result.worse - a.result.worse || b.result.calls - a.result.calls || compareText(a.key, b.key),
    )
    .map(({ result }) => result);
}

/** Returns the numbers of failed answers by their reason, the most frequent of the candidate first. */
export function failuresOf(units: readonly ScoredUnit[]): ReplayReport['failures'] {
  const sides = [
    units.map(({ candidate }) => candidate?.failure),
    units.map(({ recordedFailure }) => recordedFailure),
    units.map(({ control }) => control?.failure),
  ];
  const [candidate, recorded, control] = sides.map((failures) =>
    countsOf(failures.filter((failure) => failure !== undefined)),
  );
  // `countsOf` sorts by number, and the set keeps the order.
  const reasons = new Set([candidate, recorded, control].flatMap((counts) => [...(counts?.keys() ?? [])]));
  return Object.fromEntries(
    Array.from(reasons, (reason) => [
      reason,
      {
        candidate: candidate?.get(reason) ?? 0,
        recorded: recorded?.get(reason) ?? 0,
        control: control?.get(reason) ?? 0,
      },
    ]),
  );
}
