import type { Evaluation, Verdict } from '../definition/types.ts';
import { count, METRIC_TITLES, metricCells } from '../compare/reasons.ts';
import { isFailed } from '../cases/samples.ts';
import { aligned, fit, wrapped } from './columns.ts';
import { plainLine } from './plain-text.ts';
import { problemsOf } from './sample-text.ts';

/** Options of `toTable`. */
export interface TableOptions {
  /** Whether verdicts have colors. `@default false` */
  readonly color?: boolean | undefined;
  /** Maximum width of a line, in terminal columns, at least 40. `@default 100` */
  readonly columns?: number | undefined;
}

const MAX_SAMPLES = 10;

/** Renders a table of metrics, gates and failed samples for a terminal. */
export function toTable(evaluation: Evaluation, options: TableOptions = {}): string {
  const { name, verdict, reasons, metrics, gates, samples, baseline, warnings } = evaluation;
  const columns = Math.max(40, options.columns ?? 100);
  const failed = samples.filter(isFailed);
  const paint = options.color === true ? painted : (text: string): string => text;
  const lines = [
    `${name}: ${verdict}`,
    ...reasons.flatMap((reason) => wrapped(`- ${plainLine(reason, 1000)}`, columns)),
    '',
    // Omit the last column, so that the table fits into 100 columns of a terminal.
    ...aligned([METRIC_TITLES, ...metrics.map(metricCells)].map((row) => row.slice(0, -1))),
    ...gates.map(
      (gate) =>
        `gate ${gate.name}: ${gate.passed ? 'pass' : `fail in ${count(gate.failed.length, 'sample')}`}`,
    ),
    ...failed
      .slice(0, MAX_SAMPLES)
      .map((sample) => `${sample.case}#${sample.trial}: ${problemsOf(sample).join('; ')}`),
    ...(failed.length > MAX_SAMPLES ? [`and ${failed.length - MAX_SAMPLES} more failed samples`] : []),
    ...casesLine('added cases', baseline?.added),
    ...casesLine('removed cases', baseline?.removed),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
  return lines.map((line) => paint(fit(plainLine(line, 1000), columns)).trimEnd()).join('\n');
}

const casesLine = (what: string, ids: readonly string[] = []): readonly string[] =>
  ids.length === 0 ? [] : [`${what}: ${ids.join(', ')}`];

const COLORS: Readonly<Record<Verdict, number>> = { pass: 32, fail: 31, inconclusive: 33, incomplete: 35 };

/** Colors the first verdict of a line that follows a colon or a gap between two columns, or that begins the line. */
const painted = (line: string): string =>
  line.replace(/(?<=: |\s{2}|^)(pass|fail|inconclusive|incomplete)(?=\s|$)/, (verdict) => {
    const color = COLORS[verdict as Verdict];
    return `\u001B[${color}m${verdict}\u001B[39m`;
  });
