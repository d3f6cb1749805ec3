import { aligned, fit, plainLine, wrapped } from '@majordomo/evals/internal';
import { decisionOf } from './decision.ts';
import { integer, joinUnits, NO_BREAK } from './figures.ts';
import type { ReplayCluster, ReplayReport } from './report.ts';
import { clusterText, differencesText, factsOf, tablesOf, type Cell, type Table } from './tables.ts';

/** Options of `toReplayText`. */
export interface ReplayTextOptions {
  /** Maximum width of a line, in terminal columns, at least 40. `@default 100` */
  readonly columns?: number | undefined;
  /** Whether the verdict has a color. `@default false` */
  readonly color?: boolean | undefined;
}

/** Renders a report for a terminal. Contains no content of calls. */
export function toReplayText(report: ReplayReport, options: ReplayTextOptions = {}): string {
  const columns = Math.max(40, options.columns ?? 100);
  const { title, models, reasons, figures, groups, moreGroups, next } = decisionOf(report);
  const item = (text: string): readonly string[] => itemLines(text, columns);
  const heading = fit(plainLine(`${report.name}: ${report.verdict}`), columns);
  const lines = [
    ...textLines(models, columns),
    ...textLines(title, columns),
    ...textLines(report.summary, columns),
    '',
    ...reasons.flatMap(item),
    ...figures.flatMap(item),
    ...groups.flatMap(({ name, text }) => item(`Worse: ${name}: ${text}`)),
    ...(moreGroups === 0 ? [] : item(`Worse: ${integer(moreGroups)} more`)),
    ...section('Next'),
    ...next.flatMap(({ text, command }) => item(command === undefined ? text : `${text} ${command}`)),
    ...(report.warnings.length === 0 ? [] : section('Warnings')),
    ...report.warnings.flatMap(item),
    ...report.clusters.flatMap((cluster) => clusterLines(cluster, columns)),
    ...tablesOf(report).flatMap((table) => tableLines(table, columns)),
    ...section('Experiment'),
    ...factsOf(report).flatMap((fact) => item(textOf(fact))),
  ];
  const first = options.color === true ? painted(heading, report.verdict) : heading;
  return `${first}\n${lines.map((line) => fit(line.trimEnd(), columns)).join('\n')}\n`;
}

/** Splits a text into lines, but not between a number and its unit. */
const textLines = (text: string, columns: number): readonly string[] =>
  wrapped(joinUnits(plainLine(text, 1000)), columns).map((line) => line.replaceAll(NO_BREAK, ' '));

const itemLines = (text: string, columns: number): readonly string[] => textLines(`- ${text}`, columns);

const section = (title: string): readonly string[] => ['', title];
const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.name);

const clusterLines = (cluster: ReplayCluster, columns: number): readonly string[] => [
  ...section(fit(plainLine(`Worse: ${cluster.name}`), columns)),
  ...[
    clusterText(cluster),
    `differences: ${differencesText(cluster)}`,
    `examples: ${cluster.examples.join(', ')}`,
  ].flatMap((line) => itemLines(line, columns)),
];

/** Longest cell in terminal columns, so that the columns after a long name stay visible. */
const MAX_CELL = 40;

function tableLines({ title, head, rows }: Table, columns: number): readonly string[] {
  const longest = Math.min(MAX_CELL, Math.floor(columns / 2));
  const cells = [head, ...rows].map((row) => row.map((cell) => fit(plainLine(textOf(cell)), longest)));
  return [...section(title), ...aligned(cells).map((line) => fit(line.trimEnd(), columns))];
}

const COLORS: Readonly<Record<ReplayReport['verdict'], number>> = {
  pass: 32,
  fail: 31,
  inconclusive: 33,
  incomplete: 35,
};

const painted = (line: string, verdict: ReplayReport['verdict']): string =>
  `\u001B[1;${COLORS[verdict]}m${line}\u001B[22;39m`;
