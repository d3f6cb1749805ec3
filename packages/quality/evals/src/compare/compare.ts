import { checkOptions, integer } from '@majordomo/core/toolkit';
import { compareText } from '../cases/cases.ts';
import { configError, mergeMargins } from '../definition/options.ts';
import { explain, isCompared } from './reasons.ts';
import { isMissing, samplesByCase } from '../cases/samples.ts';
import {
  holm,
  mean,
  permutationTest,
  relativeChange,
  scoreDifference,
  trialsNeeded,
  type Pair,
} from './statistics.ts';
import type { Evaluation, Metric, Sample, Verdict } from '../definition/types.ts';

/** Options of `compare`. */
export interface CompareOptions {
  /** Margins by name of the metric. They replace the margins of the same metrics in the new evaluation. */
  readonly margins?: Readonly<Record<string, number | false>> | undefined;
  /** Number of random permutations per metric, 99 to 100,000. `@default 9_999` */
  readonly permutations?: number | undefined;
}

/**
 * Compares two evaluations of the same name and returns the new one with metrics, verdict and reasons of the comparison. Has no
 * side effects, and returns equal results for equal inputs. Throws `config` for invalid options and for different names.
 */
export function compare(
  baseline: Evaluation | undefined,
  evaluation: Evaluation,
  options: CompareOptions = {},
): Evaluation {
  const { name } = evaluation;
  checkOptions('compare', options, { margins: 'object', permutations: integer(99, 100_000) });
  const { permutations = 9_999 } = options;
  if (baseline !== undefined && baseline.name !== name)
    throw configError(name, 'baseline', `must have the name of the evaluation, got ${baseline.name}`);
  const margins = mergeMargins(name, evaluation.margins, options.margins ?? {});
  const before = byCase(baseline);
  const after = byCase(evaluation);
  const comparisons = scalesOf(evaluation).map((scale) => {
    const pairs = pairsOf(scale, before, after);
    const metric = describe(scale, pairs, margins[scale.name], baseline);
    const p =
      metric.reason === undefined ? permutationTest(worseIsLower(scale, pairs), permutations) : undefined;
    return { pairs, p, metric: { ...metric, mean: meanOf(scale, after) } };
  });
  const corrected = [...holm(comparisons.flatMap(({ p }) => p ?? []))];
  // `holm` keeps the order of the tested metrics.
  const metrics = comparisons.map(({ metric, pairs, p }) =>
    p === undefined ? metric : judged(metric, pairs, corrected.shift() ?? 1),
  );
  const ids = [...after.keys()];
  const compared: Evaluation = {
    ...evaluation,
    margins,
    metrics,
    baseline: baseline && {
      at: baseline.at,
      paired: ids.filter((id) => before.has(id)).length,
      added: ids.filter((id) => !before.has(id)),
      removed: [...before.keys()].filter((id) => !after.has(id)),
    },
  };
  const verdict = verdictOf(compared);
  return { ...compared, verdict, reasons: explain(compared, verdict) };
}

type Cases = ReadonlyMap<string, readonly Sample[]>;

/** Returns the samples that have a result, by case, in the order of the cases. */
function byCase(evaluation: Evaluation | undefined): Cases {
  const cases = samplesByCase(evaluation?.samples ?? []);
  const sorted = [...cases].sort(([a], [b]) => compareText(a, b));
  return new Map(sorted.map(([id, samples]) => [id, samples.filter((sample) => !isMissing(sample))]));
}

/** Metric with a function that returns its value for a sample. */
interface Scale extends Pick<Metric, 'name' | 'kind'> {
  readonly version?: string | undefined;
  readonly isPreference?: true | undefined;
  readonly valueOf: (sample: Sample) => number | undefined;
}

const scalesOf = ({ checks }: Evaluation): readonly Scale[] => [
  ...checks.map((check): Scale => {
    const { name } = check;
    return { ...check, kind: 'score', valueOf: ({ scores }) => scores[name]?.score };
  }),
  {
    name: 'usd',
    kind: 'usd',
    valueOf: ({ nanoUsd }) => (nanoUsd === undefined ? undefined : Number(nanoUsd) / 1e9),
  },
  { name: 'ms', kind: 'ms', valueOf: ({ ms }) => ms },
];

const valuesOf = ({ valueOf }: Scale, samples: readonly Sample[]): readonly number[] =>
  samples.flatMap((sample) => valueOf(sample) ?? []);

function meanOf(scale: Scale, cases: Cases): number | undefined {
  const values = [...cases.values()].map((samples) => valuesOf(scale, samples));
  const known = values.filter(({ length }) => length > 0);
  return known.length === 0 ? undefined : mean(known.map(mean));
}

/**
 * Returns the values of the cases that are in both evaluations. A preference is compared with 0.5 instead of the baseline's score. A case is
 * unchanged only if both its calls and its values are equal, and if no live call was made, because such a response is a new random result.
 */
const pairsOf = (scale: Scale, before: Cases, after: Cases): readonly Pair[] =>
  [...after].flatMap(([id, samples]): readonly Pair[] => {
    const others = before.get(id) ?? [];
    const values = valuesOf(scale, samples);
    const previous = scale.isPreference ? values.map(() => 0.5) : valuesOf(scale, others);
    if (values.length === 0 || previous.length === 0) return [];
    const hasSameCalls =
      others.length === samples.length &&
      samples.every(({ replayed, fingerprint }, at) => replayed && fingerprint === others[at]?.fingerprint);
    const hasSameValues =
      values.length === previous.length && values.every((value, at) => value === previous[at]);
    return [{ before: previous, after: values, isChanged: !hasSameCalls || !hasSameValues }];
  });

/** Returns the metric before the statistical test, without mean, p-value and final verdict. */
function describe(
  scale: Scale,
  pairs: readonly Pair[],
  margin: number | false | undefined,
  baseline: Evaluation | undefined,
): Metric {
  const { name, kind, isPreference } = scale;
  const before = pairs.length === 0 ? undefined : mean(pairs.map((pair) => mean(pair.before)));
  const problem = problemOf(scale, before, baseline);
  const estimateOf = kind === 'score' ? scoreDifference : relativeChange;
  // A preference differs from 0.5 by at most 0.5, and a score differs from the score before by at most 1.
  const estimate = problem === undefined ? estimateOf(pairs, isPreference ? 0.5 : 1) : undefined;
  return {
    name,
    kind,
    mean: undefined,
    before,
    difference: estimate?.difference,
    interval: estimate?.interval,
    p: undefined,
    margin: margin === false ? undefined : margin,
    verdict: 'not-compared',
    reason: problem ?? (margin === false ? 'its margin is false' : undefined),
    cases: pairs.length,
    changed: pairs.filter(({ isChanged }) => isChanged).length,
    trialsNeeded: undefined,
  };
}

/** Returns the reason why a metric cannot be compared, or `undefined` if the metric can be compared. */
function problemOf(
  { name, kind, version, isPreference }: Scale,
  before: number | undefined,
  baseline: Evaluation | undefined,
): string | undefined {
  if (baseline === undefined) return 'no baseline exists';
  const known = baseline.checks.find((check) => check.name === name);
  if (kind === 'score' && known === undefined && !isPreference)
    return 'the baseline does not have this check';
  if (known !== undefined && known.version !== version) return 'the rules of the check changed';
  if (before === undefined) return 'no case has it in both evaluations';
  return kind !== 'score' && before === 0 ? 'the baseline is 0' : undefined;
}

/**
 * Returns the values for the permutation test, in which lower means worse. A preference is permuted per case instead of per
 * trial, because the trials of a case share one baseline. Its value in the baseline is 1 minus the new value, because both outputs
 * were judged together.
 */
const worseIsLower = ({ kind, isPreference }: Scale, pairs: readonly Pair[]): readonly Pair[] =>
  pairs.map((pair) => {
    if (isPreference) return { ...pair, before: [1 - mean(pair.after)], after: [mean(pair.after)] };
    const negated = (values: readonly number[]): readonly number[] => values.map((value) => -value);
    return kind === 'score' ? pair : { ...pair, before: negated(pair.before), after: negated(pair.after) };
  });

/**
 * Returns the metric with its verdict. A statistically certain loss within the margin passes. A metric without changed cases passes even
 * with the margin 0.
 */
function judged(metric: Metric, pairs: readonly Pair[], p: number): Metric {
  const { kind, interval, margin = 0, changed } = metric;
  const [low, high] = interval ?? [-Infinity, Infinity];
  // The end of the interval with the larger loss: a score loses if it decreases, an amount if it increases.
  const loss = kind === 'score' ? -low : high;
  if (changed === 0 || loss < margin) return { ...metric, p, verdict: 'pass' };
  if (p <= 0.05) return { ...metric, p, verdict: 'fail' };
  const needed = kind === 'score' ? trialsNeeded(pairs, margin) : undefined;
  return { ...metric, p, verdict: 'inconclusive', trialsNeeded: needed };
}

/** Returns the verdict. A check with a margin that was not compared, for example because its rules changed, does not pass. */
function verdictOf({ gates, metrics, totals }: Evaluation): Verdict {
  const has = (verdict: Metric['verdict']): boolean => metrics.some((metric) => metric.verdict === verdict);
  if (gates.some(({ passed }) => !passed) || has('fail')) return 'fail';
  if (totals.errors + totals.skipped > 0) return 'incomplete';
  const lacksCheck = metrics.some(
    ({ kind, margin, verdict }) => kind === 'score' && margin !== undefined && verdict === 'not-compared',
  );
  if (has('inconclusive') || lacksCheck) return 'inconclusive';
  const isTested = gates.length > 0 || metrics.some(isCompared);
  return isTested ? 'pass' : 'inconclusive';
}
