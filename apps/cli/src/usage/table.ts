import { formatUsd } from '@majordomo/catalog';
import type { ReportKey, ReportRow } from '@majordomo/ledger';
import { bar } from '../bar.ts';
import { cellsOf } from '../wrap-text.ts';
import type { Output } from '../io.ts';
import { painter, printable } from '../paint.ts';

const GAP = '  ';
/** Maximum length of a bar. */
const MAX_BAR = 30;
const MIN_BAR = 4;

/** Formats rows in columns, with a sum of several rows, and with bars on a terminal. */
export function table(rows: readonly ReportRow[], by: readonly ReportKey[], output: Output): string {
  const paint = painter(output);
  const head = [...by, 'calls', 'in', 'out', 'cost'];
  const sum = sumOf(rows);
  const lines = rows.map((row) => cells(row, by));
  const last = rows.length > 1 ? [cells(sum, [], by.length)] : [];
  const widths = head.map((_title, column) =>
    Math.max(...[head, ...lines, ...last].map((line) => cellsOf(line[column] ?? ''))),
  );
  const laid = (line: readonly string[]): string =>
    line
      .map((cell, column) => {
        const room = ' '.repeat(Math.max(0, (widths[column] ?? 0) - cellsOf(cell)));
        return column < by.length ? cell + room : room + cell;
      })
      .join(GAP)
      .trimEnd();
  const room = barRoom(widths, output);
  const most = Math.max(...rows.map(weightOf(sum)));
  const drawn = (row: ReportRow): string =>
    room === 0 || most === 0 ? '' : GAP + paint('cyan', bar(weightOf(sum)(row) / most, room));
  const body = rows.map((row, index) => {
    const line = laid(lines[index] ?? []);
    const margin = ' '.repeat(Math.max(0, width(widths) - cellsOf(line)));
    return `${line}${margin}${drawn(row)}`.trimEnd();
  });
  const told = [paint('dim', laid(head)), ...body, ...last.map((line) => paint('bold', laid(line)))];
  return `${[...told, ...unpriced(sum)].join('\n')}\n`;
}

const width = (widths: readonly number[]): number =>
  widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1);

/** Returns the cells for bars; 0 without a terminal or without room. */
function barRoom(widths: readonly number[], { isTerminal, columns }: Output): number {
  if (!isTerminal) return 0;
  const left = Math.min(MAX_BAR, columns - width(widths) - GAP.length);
  return left < MIN_BAR ? 0 : left;
}

/** Uses cost, or tokens if no row has a price. */
const weightOf =
  ({ nanoUsd }: ReportRow) =>
  (row: ReportRow): number =>
    nanoUsd > 0n ? Number(row.nanoUsd) : row.input + row.output;

function cells(row: ReportRow, by: readonly ReportKey[], blanks = 0): readonly string[] {
  const { calls, input, output, nanoUsd, unpriced: without } = row;
  const keys = by.map((key) => printable(row.key[key] ?? '') || '–');
  const cost = nanoUsd === 0n && without > 0 ? '?' : `${formatUsd(nanoUsd)}${without > 0 ? '+?' : ''}`;
  const blank = Array.from({ length: blanks }, () => '');
  return [...blank, ...keys, String(calls), String(input), String(output), cost];
}

const unpriced = ({ unpriced: count }: ReportRow): readonly string[] =>
  count === 0 ? [] : [`?: ${count} ${count === 1 ? 'attempt has' : 'attempts have'} no known price.`];

function sumOf(rows: readonly ReportRow[]): ReportRow {
  const sum = (of: (row: ReportRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return {
    key: {},
    calls: sum(({ calls }) => calls),
    attempts: sum(({ attempts }) => attempts),
    failed: sum(({ failed }) => failed),
    input: sum(({ input }) => input),
    output: sum(({ output }) => output),
    cacheRead: sum(({ cacheRead }) => cacheRead),
    nanoUsd: rows.reduce((all, { nanoUsd }) => all + nanoUsd, 0n),
    unpriced: sum((row) => row.unpriced),
    unknownUsage: sum((row) => row.unknownUsage),
    p50Ms: 0,
    p95Ms: 0,
  };
}
