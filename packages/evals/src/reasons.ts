import type { Evaluation, Metric, Verdict } from './evaluation.ts';

/** Returns sentences that explain a verdict, the most important first. */
export function explain(evaluation: Evaluation, verdict: Verdict): readonly string[] {
  const { gates, metrics, totals, samples, baseline } = evaluation;
  const of = (wanted: Metric['verdict']): readonly Metric[] =>
    metrics.filter((metric) => metric.verdict === wanted);
  const missing = samples.find(({ error }) => error !== undefined && !error.counts);
  // A margin of `false` and a subject without cost need no explanation, because both are intended.
  const unusual = of('not-compared').filter(
    ({ kind, margin, before }) => margin !== undefined && (kind === 'score' || before !== 0),
  );
  return [
    ...gates
      .filter(({ passed }) => !passed)
      .map(
        ({ name, failed }) => `gate ${name} failed in ${count(failed.length, 'sample')}: ${listed(failed)}`,
      ),
    ...of('fail').map((metric) => `${metric.name} is worse: ${changeText(metric)}`),
    ...(missing === undefined
      ? []
      : [
          `${count(totals.errors, 'sample')} of ${totals.samples} without a result; first case ${JSON.stringify(missing.case)}, trial ${missing.trial}: ${missing.error?.message ?? ''}`,
        ]),
    ...(totals.skipped === 0
      ? []
      : [`${count(totals.skipped, 'sample')} not started, because the budget was spent`]),
    ...of('inconclusive').map(
      (metric) => `${metric.name} is inconclusive: ${changeText(metric)}${neededText(metric)}`,
    ),
    ...(baseline === undefined
      ? ['no metric was compared: no baseline exists; accept this run as one']
      : unusual.map(({ name, reason = '' }) => `${name} was not compared: ${reason}`)),
    ...(verdict === 'pass' && baseline !== undefined
      ? [`no metric lost more than its margin over ${count(baseline.paired, 'case')}`]
      : []),
  ];
}

export const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

const MAX_LISTED = 5;
const listed = (names: readonly string[]): string =>
  names.length <= MAX_LISTED
    ? names.join(', ')
    : `${names.slice(0, MAX_LISTED).join(', ')} and ${names.length - MAX_LISTED} more`;

/** Describes the change of a metric. */
export const changeText = (metric: Metric): string =>
  `${valueText(metric, metric.before)} before, ${valueText(metric, metric.mean)} now, difference ${intervalText(metric)}, margin ${differenceText(metric, metric.margin)}, p ${pText(metric.p)}`;

const neededText = ({ trialsNeeded }: Metric): string =>
  trialsNeeded === undefined ? '; add cases' : `; about ${trialsNeeded} trials per case are needed`;

/** Formats a mean: a score, dollars or milliseconds. */
export function valueText({ kind }: Metric, value: number | undefined): string {
  if (value === undefined) return '–';
  if (kind === 'ms') return `${Math.round(value)} ms`;
  return kind === 'usd' ? `$${Number(value.toPrecision(3))}` : value.toFixed(3);
}

/** Formats a difference: points of a score, or percent of an amount. */
export function differenceText({ kind }: Metric, value: number | undefined): string {
  if (value === undefined) return '–';
  return kind === 'score' ? value.toFixed(3) : `${(value * 100).toFixed(1)} %`;
}

/** Formats a difference with its interval. */
export function intervalText(metric: Metric): string {
  const { interval, difference } = metric;
  const text = differenceText(metric, difference);
  if (interval === undefined) return text;
  return `${text} (${differenceText(metric, interval[0])} to ${differenceText(metric, interval[1])})`;
}

export const pText = (p: number | undefined): string =>
  p === undefined ? '–' : p < 0.001 ? '< 0.001' : p.toFixed(3);

/** Titles of `metricCells`. */
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
  pText(metric.p),
  `${metric.changed} of ${metric.cases}`,
];
