import { isMissing } from '../cases/samples.ts';
import type { Evaluation, GateResult, Metric, Sample, Verdict } from '../definition/types.ts';

/** Returns sentences that explain a verdict, the most important first. */
export function explain(evaluation: Evaluation, verdict: Verdict): readonly string[] {
  const { gates, metrics, totals, samples, baseline } = evaluation;
  const withVerdict = (wanted: Metric['verdict']): readonly Metric[] =>
    metrics.filter((metric) => metric.verdict === wanted);
  const missing = samples.find(isMissing);
  const reasons = [
    ...gates
      .filter(({ passed }) => !passed)
      .map(
        ({ name, failed }) => `gate ${name} failed in ${count(failed.length, 'sample')}: ${listed(failed)}`,
      ),
    ...withVerdict('fail').map((metric) => `${metric.name} is worse: ${changeText(metric)}`),
    missing &&
      `${count(totals.errors, 'sample')} of ${totals.samples} without a result; ${firstError(missing)}`,
    totals.skipped > 0 && `${count(totals.skipped, 'sample')} not started, because the budget was spent`,
    ...withVerdict('inconclusive').map(
      (metric) => `${metric.name} is inconclusive: ${changeText(metric)}; ${remedyOf(metric)}`,
    ),
    ...(baseline === undefined
      ? ['no metric was compared: no baseline exists; accept this run as the baseline']
      : withVerdict('not-compared')
          .filter(isUnexpected)
          .map((metric) => `${metric.name} was not compared: ${metric.reason ?? ''}${acceptance(metric)}`)),
    verdict === 'pass' && baseline && passedText(evaluation, baseline.paired),
  ].filter((reason) => typeof reason === 'string');
  return reasons.length > 0 ? reasons : ['no metric was compared; set a margin, or add a check or a gate'];
}

/** Whether a metric affects the verdict of the evaluation. */
export const isCompared = ({ verdict }: Metric): boolean => verdict !== 'not-compared';

function passedText({ metrics }: Evaluation, paired: number): string {
  return metrics.some(isCompared)
    ? `no metric lost more than its margin over ${count(paired, 'case')}`
    : 'no metric was compared, and every gate passed';
}

/** Returns the remedy for a check that the baseline lacks or has with other rules. */
const acceptance = ({ kind }: Metric): string =>
  kind === 'score' ? '; accept a run with this check as the baseline' : '';

/** Returns the error of a sample with its case and trial, which many messages already contain. */
export function firstError({ case: id, trial, error }: Sample): string {
  const place = `case ${JSON.stringify(id)}, trial ${trial}: `;
  const { message = '' } = error ?? {};
  return message.includes(place) ? `first error: ${message}` : `first ${place}${message}`;
}

export const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

const MAX_LISTED = 5;
const listed = (names: readonly string[]): string =>
  names.slice(0, MAX_LISTED).join(', ') +
  (names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '');

const remedyOf = ({ trialsNeeded }: Metric): string =>
  trialsNeeded === undefined ? 'add cases' : `about ${trialsNeeded} trials per case are needed`;

/** Whether to report that a metric was not compared. False for a margin of `false`, and for amounts with a baseline of 0. */
const isUnexpected = ({ kind, margin, before }: Metric): boolean =>
  margin !== undefined && (kind === 'score' || before !== 0);

/** Formats a mean: a score, dollars or milliseconds. */
function valueText({ kind }: Metric, value: number | undefined): string {
  if (value === undefined) return '–';
  if (kind === 'ms') return `${Math.round(value)} ms`;
  return kind === 'usd' ? `$${Number(value.toPrecision(3))}` : value.toFixed(3);
}

/** Formats a difference: points of a score, or percent of an amount. */
function differenceText({ kind }: Metric, value: number | undefined): string {
  if (value === undefined) return '–';
  return kind === 'score' ? value.toFixed(3) : `${(value * 100).toFixed(1)} %`;
}

/** Formats a difference with its interval. */
function intervalText(metric: Metric): string {
  const text = differenceText(metric, metric.difference);
  if (metric.interval === undefined) return text;
  return `${text} (${metric.interval.map((end) => differenceText(metric, end)).join(' to ')})`;
}

function pText({ p }: Metric): string {
  if (p === undefined) return '–';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** Column titles for `metricCells`. */
export const METRIC_TITLES: readonly string[] = [
  'metric',
  'verdict',
  'now',
  'before',
  'difference (90 % interval)',
  'margin',
  'p',
  'changed cases',
];

/** Returns the cells of a metric in a table. */
export const metricCells = (metric: Metric): readonly string[] => [
  metric.name,
  metric.verdict,
  valueText(metric, metric.mean),
  valueText(metric, metric.before),
  intervalText(metric),
  differenceText(metric, metric.margin),
  pText(metric),
  `${metric.changed} of ${metric.cases}`,
];

/** Column titles for `gateCells`. */
export const GATE_TITLES: readonly string[] = ['gate', 'verdict', 'failed samples'];

/** Returns the cells of a gate in a table. */
export const gateCells = ({ name, passed, failed }: GateResult): readonly string[] => [
  name,
  passed ? 'pass' : 'fail',
  `${failed.length}`,
];

/** Describes a metric's change in a sentence. */
export function changeText(metric: Metric): string {
  const [, , now = '', before = '', difference = '', margin = '', p = ''] = metricCells(metric);
  return `${before} before, ${now} now, difference ${difference}, margin ${margin}, p ${p}`;
}
