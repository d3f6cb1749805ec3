import { formatUsd } from '@majordomo/catalog';
import type { Candidate, Plan } from '@majordomo/routing';
import { columns } from '../terminal/columns.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Output } from '../program/io.ts';
import { painter, printable } from '../terminal/paint.ts';

/** The only column of text in the table of candidates. */
const TARGET_COLUMN = 1;

const REASONS: Readonly<Record<Plan['reason'], string>> = {
  preset: 'a chain',
  ranked: 'ranked by score',
  rule: 'chosen by a function',
  override: 'overridden by the caller',
  'simple-turn': 'a simple turn',
  fallback: 'the fallback: no candidate remained',
};

/** Formats a plan as a table: candidates in their order with the parts of their scores, rejected targets, and assumptions. */
export function formatPlan(plan: Plan, output: Output): string {
  const paint = painter(output);
  const { name, chain, reason, candidates, rejected, warnings } = plan;
  const line = (text: string): string => `${wrapText(text, output.columns, 4)}\n`;
  const head = `${paint('bold', printable(name))}  ${printable(chain)}  ${paint('dim', REASONS[reason])}`;
  return [
    line(head),
    ...table(candidates, reason).map((row) => `${row}\n`),
    ...rejected.map(({ target, why }) =>
      line(`  ${paint('red', '✗')} ${printable(target)}  ${printable(why)}`),
    ),
    ...warnings.map((warning) => line(`  ${paint('yellow', '!')} ${printable(warning)}`)),
  ].join('');
}

/** Formats one line per candidate. Parts that are zero for all candidates are omitted. */
function table(candidates: readonly Candidate[], reason: Plan['reason']): readonly string[] {
  const names = new Set(candidates.flatMap(({ parts }) => Object.keys(parts)));
  const shownNames = [...names].filter((name) => candidates.some(({ parts }) => (parts[name] ?? 0) !== 0));
  // The chain of a fallback does not depend on scores.
  const isRanked = reason !== 'fallback' && names.size > 0;
  const rows = [
    ['', 'target', ...(isRanked ? ['score', ...shownNames] : []), 'about'],
    ...candidates.map(({ target, score, parts, estimateNanoUsd }, at) => [
      `${at + 1}`,
      printable(target),
      ...(isRanked
        ? [score, ...shownNames.map((name) => parts[name] ?? 0)].map((part) => part.toFixed(1))
        : []),
      estimateNanoUsd === undefined ? '?' : formatUsd(estimateNanoUsd),
    ]),
  ];
  if (candidates.length === 0) return [];
  return columns(rows, (column) => (column === TARGET_COLUMN ? 'left' : 'right')).map((row) => `  ${row}`);
}
