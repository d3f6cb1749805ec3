import { aligned, fit, plainLine, wrapped } from '@majordomo/evals/internal';
import type { Block, Line, Section } from './block.ts';
import { pageOf } from './page.ts';
import { joinUnits, NO_BREAK } from './figures.ts';
import type { ReplayReport } from './report.ts';

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
  const { name, verdict, models, title, summary, decision, sections } = pageOf(report);
  const heading = fit(plainLine(`${name}: ${verdict}`), columns);
  const lines = [
    ...[models, title, summary].flatMap((text) => textLines(text, columns)),
    ...[...decision, ...sections].flatMap((section) => sectionLines(section, columns)),
  ];
  const first = options.color === true ? `\u001B[1;${COLORS[verdict]}m${heading}\u001B[22;39m` : heading;
  return `${first}\n${lines.map((line) => fit(line.trimEnd(), columns)).join('\n')}\n`;
}

const COLORS: Readonly<Record<ReplayReport['verdict'], number>> = {
  pass: 32,
  fail: 31,
  inconclusive: 33,
  incomplete: 35,
};

const sectionLines = ({ title, blocks }: Section, columns: number): readonly string[] => [
  '',
  fit(plainLine(lineOf(title)), columns),
  ...blocks.flatMap((block) => blockLines(block, columns)),
];

/** Longest cell in terminal columns, so that the columns after a long name stay visible. */
const MAX_CELL = 40;

function blockLines(block: Block, columns: number): readonly string[] {
  switch (block.type) {
    case 'list':
      return block.items.flatMap((item) => textLines(`- ${lineOf(item)}`, columns));
    case 'table': {
      const longest = Math.min(MAX_CELL, Math.floor(columns / 2));
      return aligned(
        [block.head, ...block.rows].map((row) => row.map((text) => fit(plainLine(lineOf([text])), longest))),
      );
    }
    case 'examples':
      return textLines(`- examples: ${block.ids.join(', ')}`, columns);
  }
}

const lineOf = (line: Line): string =>
  line.map((text) => (typeof text === 'string' ? text : text.name)).join('');

/** Splits a text into lines, but not between a number and its unit. */
const textLines = (text: string, columns: number): readonly string[] =>
  wrapped(joinUnits(plainLine(text, 1000)), columns).map((line) => line.replaceAll(NO_BREAK, ' '));
