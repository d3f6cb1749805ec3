import { median } from '../measure/statistics.mjs';

/** Returns rows of cells as a Markdown table with aligned columns. */
export function markdown(head, rows) {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, at) => Math.max(...lines.map((row) => row[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  const [first, ...others] = lines.map(line);
  return [first, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...others].join('\n');
}

/** Formats a number with the decimals that its precision justifies. */
export function inFigures(value) {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2);
}

const bound = (goal) => (goal === undefined ? '–' : `≤ ${goal}`);

/** Returns the table of one run. */
export const verdictTable = (verdicts) =>
  markdown(
    ['', 'row', 'wire', 'bound', 'figure', 'unit'],
    verdicts.map(({ row, wire, goal, figure, unit, ok }) => [
      ok ? 'ok' : 'MISSED',
      row,
      wire,
      bound(goal),
      inFigures(figure),
      unit,
    ]),
  );

/** Returns a table with one column per Node version, by default with the wires of each row. An exceeded bound is bold. */
export function linesTable(results, hasWires = true) {
  const key = ({ row, unit, wires }) => `${row} ${unit} ${wires.join()}`;
  const rows = [
    ...new Map(results.flatMap(({ verdicts }) => verdicts).map((each) => [key(each), each])).values(),
  ];
  return markdown(
    ['row', ...(hasWires ? ['wires'] : []), 'bound', ...results.map(({ line }) => `Node ${line}`), 'unit'],
    rows.map((each) => [
      each.row,
      ...(hasWires ? [each.wires.length > 4 ? `all ${each.wires.length}` : each.wires.join(', ')] : []),
      bound(each.goal),
      ...results.map(({ verdicts }) => cell(verdicts.find((other) => key(other) === key(each)))),
      each.unit,
    ]),
  );
}

function cell(verdict) {
  if (verdict === undefined) return '–';
  const figure = inFigures(verdict.figure);
  return verdict.ok ? figure : `**${figure}**`;
}

const PEER_COLUMNS = {
  call: 'µs CPU a call',
  busy: 'µs CPU a call, 64 at a time',
  delta: 'µs CPU a delta',
  piece: 'µs CPU a piece of a tool call',
  step: 'µs CPU a step of an agent',
  start: 'ms CPU to import and call once',
};

/** Returns a table with one row per library. An empty cell means that the library lacks the feature. */
export function peersTable(wire, measures) {
  const subjects = [...new Set(Object.values(measures).flatMap((values) => Object.keys(values)))];
  return markdown(
    [wire, ...Object.values(PEER_COLUMNS)],
    subjects.map((subject) => [
      subject,
      ...Object.keys(PEER_COLUMNS).map((metric) => {
        const values = measures[metric]?.[subject];
        return values === undefined ? '' : inFigures(median(values));
      }),
    ]),
  );
}
