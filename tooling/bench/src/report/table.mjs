import { quantile, median, medianRatio } from '../measure/statistics.mjs';

const BASES = { raw: '× raw', sdk: '× SDK' };

/** Rows of cells as Markdown, in columns for readers of the source too. */
export function markdown(head, rows) {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, at) => Math.max(...lines.map((row) => row[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  const [first, ...others] = lines.map(line);
  return [first, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...others].join('\n');
}

/** A table for each metric: what each subject takes, and how many times of raw fetch and of the SDK that is. */
export function tablesOf(measures) {
  const metrics = [...new Set(measures.map(({ metric }) => metric))];
  return metrics.map((metric) => {
    const own = measures.filter((each) => each.metric === metric);
    const head = ['wire', 'subject', own[0].unit, '10–90 %', ...Object.values(BASES)];
    return `${own[0].title}\n\n${markdown(
      head,
      own.map((each) => rowOf(each, own)),
    )}`;
  });
}

function rowOf({ wire, subject, values, error }, own) {
  if (error !== undefined) return [wire, subject, 'failed', firstLine(error), '', ''];
  const range = [0.1, 0.9].map((share) => inFigures(quantile(values, share))).join('–');
  const ratios = Object.keys(BASES).map((base) => {
    const other = own.find((each) => each.wire === wire && each.subject === base);
    return other === undefined || other.error !== undefined
      ? ''
      : inFigures(medianRatio(values, other.values));
  });
  return [wire, subject, inFigures(median(values)), range, ...ratios];
}

const firstLine = (text) => text.split('\n')[0].slice(0, 100).replaceAll('|', '/');

/** As many decimals as a figure is good for. */
export function inFigures(value) {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2);
}

const bound = (atMost) => (atMost === undefined ? '–' : `≤ ${atMost}`);

/** Goals with their figures, one a line. */
export function verdictTable(verdicts) {
  const rows = verdicts.map(({ row, wire, goal, stretch, unit, figure, ok }) => [
    goal === undefined ? '–' : ok ? 'ok' : 'miss',
    row,
    wire,
    bound(goal),
    bound(stretch),
    inFigures(figure),
    unit,
  ]);
  return markdown(['', 'row', 'wire', 'goal', 'stretch', 'figure', 'unit'], rows);
}

/** The same of several runs on each of some lines of Node: the least and the most of a figure, a miss in bold. */
export function goalTable(lines) {
  const [[{ verdicts }]] = lines;
  const figures = (runs, at) => {
    const own = runs.map((run) => run.verdicts[at]);
    const values = own.map(({ figure }) => figure);
    const ends = [...new Set([Math.min(...values), Math.max(...values)].map(inFigures))];
    const shown = ends.join(' to ');
    return own.every(({ ok }) => ok) ? shown : `**${shown}**`;
  };
  const rows = verdicts.map(({ row, wire, goal, stretch, unit }, at) => [
    row,
    wire,
    bound(goal),
    bound(stretch),
    ...lines.map((runs) => figures(runs, at)),
    unit,
  ]);
  const columns = lines.map(([{ node }]) => `Node ${/\d+/.exec(node)[0]}`);
  return markdown(['row', 'wire', 'goal', 'stretch', ...columns, 'unit'], rows);
}
