import { formatUsd } from '@majordomo/catalog';
import type { ReportKey, ReportRow } from '@majordomo/ledger';
import { bar } from '../terminal/bar.ts';
import { columns } from '../terminal/columns.ts';
import { cellsOf } from '../terminal/wrap-text.ts';
import type { Output } from '../program/io.ts';
import { painter, printable } from '../terminal/paint.ts';

const GAP = '  ';
/** Maximum length of a bar, in cells. */
const MAX_BAR = 30;
const MIN_BAR = 4;

/**
 * Formats rows in columns, with a line for the sum if several rows exist, and with bars on a terminal. The columns of prompt
 * caches appear if a row has an amount in them.
 */
export function table(rows: readonly ReportRow[], by: readonly ReportKey[], output: Output): string {
  const paint = painter(output);
  const sum = sumOf(rows);
  const hasCache = rows.some((row) => row.cacheSavedNanoUsd !== 0n || row.cacheExtraNanoUsd !== 0n);
  const cached = (row: ReportRow): readonly string[] => (hasCache ? cacheCells(row) : []);
  const head = [...by, 'calls', 'in', 'out', 'cost', ...(hasCache ? ['saved', 'extra', 'net'] : [])];
  const lines = rows.map((row) => [...cells(row, by), ...cached(row)]);
  const last = rows.length > 1 ? [[...cells(sum, [], by.length), ...cached(sum)]] : [];
  const [title = '', ...laid] = columns([head, ...lines, ...last], (column) =>
    column < by.length ? 'left' : 'right',
  );
  const width = Math.max(...[title, ...laid].map(cellsOf));
  const room = barRoom(width, output);
  const most = Math.max(...rows.map(weightOf(sum)));
  const drawn = (row: ReportRow): string =>
    room === 0 || most === 0 ? '' : GAP + paint('cyan', bar(weightOf(sum)(row) / most, room));
  const body = rows.map((row, index) => {
    const line = laid[index] ?? '';
    return `${line}${' '.repeat(width - cellsOf(line))}${drawn(row)}`.trimEnd();
  });
  const total = laid.slice(rows.length).map((line) => paint('bold', line));
  const printed = [paint('dim', title), ...body, ...total];
  return `${[...printed, ...notes(sum)].join('\n')}\n`;
}

/** Returns the number of cells for bars, or 0 without a terminal or without enough columns. */
function barRoom(width: number, { isTerminal, columns: most }: Output): number {
  if (!isTerminal) return 0;
  const left = Math.min(MAX_BAR, most - width - GAP.length);
  return left < MIN_BAR ? 0 : left;
}

/** Returns the value that determines a bar's length: the cost, or the tokens if no row has a price. */
const weightOf =
  ({ nanoUsd }: ReportRow) =>
  (row: ReportRow): number =>
    nanoUsd > 0n ? Number(row.nanoUsd) : row.input + row.output;

function cells(row: ReportRow, by: readonly ReportKey[], blanks = 0): readonly string[] {
  const { calls, input, output, nanoUsd, unpriced, unknownUsage } = row;
  const keys = by.map((key) => printable(row.key[key] ?? '') || '–');
  const tokens = [input, output].map((count) => withUnknown(String(count), count === 0, unknownUsage));
  const cost = withUnknown(formatUsd(nanoUsd), nanoUsd === 0n, unpriced);
  const blank = Array.from({ length: blanks }, () => '');
  return [...blank, ...keys, String(calls), ...tokens, cost];
}

/** Returns the cells for prompt caches: the amount saved by reads, the extra cost of writes, and the difference. */
const cacheCells = ({ cacheSavedNanoUsd, cacheExtraNanoUsd }: ReportRow): readonly string[] =>
  [cacheSavedNanoUsd, cacheExtraNanoUsd, cacheSavedNanoUsd - cacheExtraNanoUsd].map((amount) =>
    formatUsd(amount),
  );

/** Marks a sum that does not contain the amounts of `unknown` attempts with a question mark. */
function withUnknown(sum: string, isZero: boolean, unknown: number): string {
  if (unknown === 0) return sum;
  return isZero ? '?' : `${sum}+?`;
}

/** Returns lines that explain the question marks in the table. */
const notes = ({ unpriced, unknownUsage }: ReportRow): readonly string[] => [
  ...note(unpriced, 'known price'),
  ...note(unknownUsage, 'reported count of tokens'),
];

const note = (count: number, missing: string): readonly string[] =>
  count === 0 ? [] : [`?: ${count} ${count === 1 ? 'attempt has' : 'attempts have'} no ${missing}.`];

function sumOf(rows: readonly ReportRow[]): ReportRow {
  const sum = (of: (row: ReportRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const amount = (of: (row: ReportRow) => bigint): bigint => rows.reduce((all, row) => all + of(row), 0n);
  return {
    key: {},
    calls: sum(({ calls }) => calls),
    attempts: sum(({ attempts }) => attempts),
    failed: sum(({ failed }) => failed),
    input: sum(({ input }) => input),
    output: sum(({ output }) => output),
    cacheRead: sum(({ cacheRead }) => cacheRead),
    cacheWrite: sum(({ cacheWrite }) => cacheWrite),
    nanoUsd: amount(({ nanoUsd }) => nanoUsd),
    cacheSavedNanoUsd: amount((row) => row.cacheSavedNanoUsd),
    cacheExtraNanoUsd: amount((row) => row.cacheExtraNanoUsd),
    unpriced: sum((row) => row.unpriced),
    unknownUsage: sum((row) => row.unknownUsage),
    // Percentiles cannot be added, and the table does not show them.
    p50Ms: 0,
    p95Ms: 0,
  };
}
