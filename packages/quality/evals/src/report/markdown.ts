import type { Evaluation, Sample } from '../definition/types.ts';
import { count, GATE_TITLES, gateCells, METRIC_TITLES, metricCells } from '../compare/reasons.ts';
import { isFailed } from '../cases/samples.ts';
import { plainLine, plainLines } from './plain-text.ts';
import { problemsOf } from './sample-text.ts';

/** Maximum length of the report. GitHub accepts at most 65,536 characters in a comment. */
const MAX_CHARACTERS = 60_000;
const MAX_ROWS = 100;
const MAX_REASONS = 20;
const MAX_OUTPUT = 1000;

/**
 * Renders Markdown for a pull-request comment, at most 60,000 characters. The first line is
 * `<!-- majordomo-eval:<name> -->`, by which a bot finds its comment.
 */
export function toMarkdown(evaluation: Evaluation): string {
  const { name, verdict, reasons, metrics, gates, totals, samples } = evaluation;
  const failed = samples.filter(isFailed);
  let text = [
    `<!-- majordomo-eval:${name} -->`,
    `## ${code(name)}: ${verdict}`,
    '',
    ...reasons.slice(0, MAX_REASONS).map((reason) => `- ${code(reason)}`),
    '',
    ...table(METRIC_TITLES, metrics.slice(0, MAX_ROWS).map(metricCells)),
    ...table(GATE_TITLES, gates.slice(0, MAX_ROWS).map(gateCells)),
    `${count(totals.cases, 'case')}, ${count(totals.samples, 'sample')}, ${totals.replayed} replayed`,
    '',
  ].join('\n');
  for (const [at, sample] of failed.entries()) {
    const next = sampleText(sample);
    const rest = `\n${count(failed.length - at, 'failed sample')} omitted\n`;
    if (text.length + next.length + rest.length > MAX_CHARACTERS) return text + rest;
    text += next;
  }
  return text;
}

/** Renders a table. Escapes the first cell of each row, because it contains a name that the definition chooses. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const cells = rows.map(([name = '', ...rest]) => [cell(name), ...rest]);
  const lines = [head, head.map(() => '---'), ...cells];
  return [...lines.map((row) => `| ${row.join(' | ')} |`), ''];
}

const sampleText = (sample: Sample): string =>
  [
    '',
    `### ${code(`${sample.case}#${sample.trial}`)}`,
    '',
    ...problemsOf(sample).map((problem) => `- ${code(problem)}`),
    '',
    block(sample.text),
    '',
  ].join('\n');

/** Returns an inline code span, in which mentions, links and HTML have no effect. */
export function code(text: string): string {
  const line = plainLine(text).trim() || ' ';
  const fence = '`'.repeat(longestRun(line) + 1);
  // Spaces separate the fence from backticks in the text.
  return `${fence} ${line} ${fence}`;
}

/** Returns a code span for a table, in which a `|` would end the cell. */
export const cell = (text: string): string => code(text.replaceAll('|', '¦'));

function block(text: string): string {
  const content = plainLines(text, MAX_OUTPUT);
  const fence = '`'.repeat(Math.max(3, longestRun(content) + 1));
  return `${fence}text\n${content}\n${fence}`;
}

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
