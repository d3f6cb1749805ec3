import { groupBy } from '@majordomo/evals/internal';
import type { Journal } from '../journal/journal.ts';
import type { IndexedUnit, JournalIndex } from '../journal/journal-index.ts';
import type { ResultLine, Rules, Side } from '../journal/lines.ts';
import type { ReplaySample } from '../report/report.ts';
import type { Comparison } from '../compare/comparison.ts';
import type { Results, ScoredUnit } from '../report/results.ts';

/** Returns everything that the report of a journal is computed of. */
export function resultsOf(
  { index }: Pick<Journal, 'index'>,
  name: string,
  sample: ReplaySample,
  { candidate, ...rules }: Rules & { readonly warnings: readonly string[] },
): Results {
  const { calls, maxNanoUsd } = index.open();
  const follow = index.header?.follow ?? false;
  return {
    ...rules,
    name,
    models: { present: presentTargets(index), candidate },
    sample,
    follow,
    units: [...index.units.values()].map((unit) => scoredUnit(unit, index, follow)),
    spentNanoUsd: index.spentNanoUsd,
    lost: { calls, maxNanoUsd },
  };
}

/** Returns the targets that answered the recorded calls, the most frequent first. */
const presentTargets = ({ units }: JournalIndex): readonly string[] =>
  [...groupBy(units.values(), ({ recordedTarget }) => recordedTarget)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([target]) => target);

/** Returns a unit with the results of the call that it copies, if it is a near duplicate. */
function scoredUnit(unit: IndexedUnit, index: JournalIndex, isRun: boolean): ScoredUnit {
  const source = unit.copyOf ?? unit.id;
  const resultOf = (side: Side): ResultLine | undefined => index.lastResult(source, side);
  const candidate = resultOf('candidate');
  const control = resultOf('control');
  const label = index.labelOf(source);
  return {
    id: unit.id,
    kind: unit.kind,
    conversation: unit.conversation,
    candidate: candidate && comparisonOf(candidate, label),
    // People label answers of the candidate only.
    control: control && comparisonOf(control, undefined),
    isInControl: unit.isInControl,
    recordedFailure: unit.recordedFailure,
    recordedMs: unit.recordedMs,
    recordedFirstMs: unit.recordedFirstMs,
    // The cost of a recorded run is not known, but the control ran it again.
    presentCost: isRun ? control?.cost : candidate?.presentCost,
    candidateCost: candidate?.cost,
  };
}

function comparisonOf(result: ResultLine, label: number | undefined): Comparison {
  const { score, by, isDoubtful, failure, differences, divergences, ms, firstMs } = result;
  return { score, by, isDoubtful, label, failure, differences, divergences, ms, firstMs };
}
