import { checkOptions } from '@majordomo/core/toolkit';
import { compareText } from './cases.ts';
import type { Evaluation, Metric, Sample, Verdict } from './evaluation.ts';
import { configError, mergeMargins } from './options.ts';
import { explain } from './reasons.ts';
import {
  holm,
  mean,
  permutationTest,
  relativeChange,
  scoreDifference,
  trialsNeeded,
  type Estimate,
  type Pair,
} from './statistics.ts';

/** Options of `compare`. */
export interface CompareOptions {
  /** Margins that replace single margins of the new evaluation. */
  readonly margins?: Readonly<Record<string, number | false>> | undefined;
  /** Number of random permutations per metric, 99 to 100,000. `@default 9_999` */
  readonly permutations?: number | undefined;
}

/**
 * Compares two evaluations of the same name and returns the new one with metrics, verdict and reasons of the comparison. Pure
 * and deterministic. Throws `config` for invalid options.
 */
export function compare(
  baseline: Evaluation | undefined,
  evaluation: Evaluation,
  options: CompareOptions = {},
): Evaluation {
  const { name } = evaluation;
  checkOptions('compare', options, { margins: 'object', permutations: 'number' });
  const { permutations = 9_999 } = options;
  if (!(Number.isInteger(permutations) && permutations >= 99 && permutations <= 100_000))
    throw configError(name, 'permutations', 'must be an integer from 99 to 100,000');
  if (baseline !== undefined && baseline.name !== name)
    throw configError(name, 'baseline', `belongs to the evaluation ${baseline.name}`);
  const margins = mergeMargins(name, evaluation.margins, options.margins ?? {});
  const sides = { before: byCase(baseline), after: byCase(evaluation) };
  const comparisons = metricsOf(evaluation).map((metric) =>
    compareMetric(metric, margins[metric.name], sides, baseline, permutations),
  );
  const corrected = holm(comparisons.flatMap(({ p }) => p ?? []));
  let rank = 0;
  const metrics = comparisons.map((metric) =>
    metric.p === undefined ? metric : withVerdict(metric, corrected[rank++] ?? 1),
  );
  const compared: Evaluation = {
    ...evaluation,
    margins,
    metrics: metrics.map(({ pairs: _pairs, isAmount: _isAmount, ...metric }) => metric),
    baseline: baseline && {
      at: baseline.at,
      paired: [...sides.after.keys()].filter((id) => sides.before.has(id)).length,
      added: [...sides.after.keys()].filter((id) => !sides.before.has(id)),
      removed: [...sides.before.keys()].filter((id) => !sides.after.has(id)),
    },
  };
  const verdict = verdictOf(compared);
  return { ...compared, verdict, reasons: explain(compared, verdict) };
}

type Cases = ReadonlyMap<string, readonly Sample[]>;

/** Metric before its comparison. */
interface MetricSource {
  readonly name: string;
  readonly kind: Metric['kind'];
  readonly version?: string | undefined;
  readonly isPreference?: true | undefined;
  readonly valueOf: (sample: Sample) => number | undefined;
}

/** Metric with the uncorrected probability of its loss. */
interface Comparison extends Metric {
  readonly pairs: readonly Pair[];
  readonly isAmount: boolean;
}

const metricsOf = ({ checks }: Evaluation): readonly MetricSource[] => [
  ...checks.map((check): MetricSource => {
    const valueOf = ({ scores }: Sample): number | undefined => scores[check.name]?.score;
    return { ...check, kind: 'score', valueOf };
  }),
  {
    name: 'usd',
    kind: 'usd',
    valueOf: ({ nanoUsd }) => (nanoUsd === undefined ? undefined : Number(nanoUsd) / 1e9),
  },
  { name: 'ms', kind: 'ms', valueOf: ({ ms }) => ms },
];

/** Returns the samples with a result, by case. */
function byCase(evaluation: Evaluation | undefined): Cases {
  const cases = new Map<string, Sample[]>();
  for (const sample of evaluation?.samples ?? []) {
    const isMissing = sample.error !== undefined && !sample.error.counts;
    const samples = cases.get(sample.case) ?? [];
    if (!isMissing) samples.push(sample);
    cases.set(sample.case, samples);
  }
  return new Map([...cases].sort(([a], [b]) => compareText(a, b)));
}

function compareMetric(
  metric: MetricSource,
  margin: number | false | undefined,
  { before, after }: { readonly before: Cases; readonly after: Cases },
  baseline: Evaluation | undefined,
  permutations: number,
): Comparison {
  const { name, kind, valueOf, isPreference } = metric;
  const known = baseline?.checks.find((check) => check.name === name);
  const valuesOf = (samples: readonly Sample[]): readonly number[] =>
    samples.flatMap((one) => valueOf(one) ?? []);
  const means = [...after.values()].map(valuesOf).filter((values) => values.length > 0);
  const pairs = [...after].flatMap(([id, samples]): readonly Pair[] => {
    const others = before.get(id) ?? [];
    const values = valuesOf(samples);
    const previous = isPreference ? values.map(() => 0.5) : valuesOf(others);
    if (values.length === 0 || previous.length === 0) return [];
    return [{ before: previous, after: values, isChanged: isChanged(others, samples, previous, values) }];
  });
  const reason = reasonNotToCompare(metric, margin, baseline, known, pairs);
  const result: Comparison = {
    name,
    kind,
    mean: means.length === 0 ? undefined : mean(means.map(mean)),
    before: pairs.length === 0 ? undefined : mean(pairs.map((pair) => mean(pair.before))),
    difference: undefined,
    interval: undefined,
    p: undefined,
    margin: margin === false ? undefined : margin,
    verdict: 'not-compared',
    reason,
    cases: pairs.length,
    changed: pairs.filter((pair) => pair.isChanged).length,
    trialsNeeded: undefined,
    pairs,
    isAmount: kind !== 'score',
  };
  const hasOtherRules = kind === 'score' && known?.version !== metric.version;
  if (pairs.length === 0 || hasOtherRules || !((result.before ?? 0) > 0 || kind === 'score')) return result;
  const estimate = estimateOf(pairs, result.isAmount, isPreference);
  if (reason !== undefined) return { ...result, ...estimate };
  return {
    ...result,
    ...estimate,
    p: permutationTest(worseIsLower(pairs, result.isAmount, isPreference), permutations),
  };
}

const estimateOf = (pairs: readonly Pair[], isAmount: boolean, isPreference?: true): Estimate =>
  isAmount ? relativeChange(pairs) : scoreDifference(pairs, isPreference ? 0.5 : 1);

/** Returns the pairs for the test of a loss. A preference is exchanged per case, because its trials share one baseline. */
const worseIsLower = (pairs: readonly Pair[], isAmount: boolean, isPreference?: true): readonly Pair[] =>
  pairs.map((pair) => {
    if (isPreference) return { ...pair, before: [1 - mean(pair.after)], after: [mean(pair.after)] };
    const negated = (values: readonly number[]): readonly number[] => values.map((value) => -value);
    return isAmount ? { ...pair, before: negated(pair.before), after: negated(pair.after) } : pair;
  });

/** Whether a case may differ by chance: a call was live, or a recorded call, an answer or a value differs. */
function isChanged(
  before: readonly Sample[],
  after: readonly Sample[],
  previous: readonly number[],
  values: readonly number[],
): boolean {
  const isEqual =
    before.length === after.length &&
    after.every(({ replayed, fingerprint }, at) => replayed && fingerprint === before[at]?.fingerprint) &&
    values.length === previous.length &&
    values.every((value, at) => value === previous[at]);
  return !isEqual;
}

function reasonNotToCompare(
  { name, kind, version, isPreference }: MetricSource,
  margin: number | false | undefined,
  baseline: Evaluation | undefined,
  known: Evaluation['checks'][number] | undefined,
  pairs: readonly Pair[],
): string | undefined {
  if (baseline === undefined) return 'there is no baseline';
  if (margin === false) return 'its margin is false';
  if (kind === 'score' && known === undefined && !isPreference)
    return 'the baseline does not have this check';
  if (kind === 'score' && known !== undefined && known.version !== version)
    return 'the rules of the check changed';
  if (pairs.length === 0) return `no case has ${name} in both evaluations`;
  const isFree = kind !== 'score' && pairs.every((pair) => mean(pair.before) === 0);
  return isFree ? 'the baseline is 0' : undefined;
}

/** Returns the metric with its verdict. A proven loss within its margin passes. */
function withVerdict(metric: Comparison, p: number): Comparison {
  const { pairs, isAmount, interval, margin = 0, changed } = metric;
  const worst = interval === undefined ? Infinity : isAmount ? interval[1] : -interval[0];
  if (changed === 0 || worst < margin) return { ...metric, p, verdict: 'pass' };
  if (p <= 0.05) return { ...metric, p, verdict: 'fail' };
  return {
    ...metric,
    p,
    verdict: 'inconclusive',
    trialsNeeded: isAmount ? undefined : trialsNeeded(pairs, margin),
  };
}

function verdictOf({ gates, metrics, totals, checks, margins, baseline }: Evaluation): Verdict {
  const has = (verdict: Metric['verdict']): boolean => metrics.some((metric) => metric.verdict === verdict);
  if (gates.some(({ passed }) => !passed) || has('fail')) return 'fail';
  if (totals.errors + totals.skipped > 0) return 'incomplete';
  const lacksBaseline = baseline === undefined && checks.some(({ name }) => margins[name] !== false);
  return has('inconclusive') || lacksBaseline ? 'inconclusive' : 'pass';
}
