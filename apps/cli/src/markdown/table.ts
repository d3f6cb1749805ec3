import { Lexer, type Tokens } from 'marked';
import { cellsOf } from '../terminal/wrap-text.ts';
import { plainSpan, type Span } from '../terminal/paint.ts';
import { inlineSpans } from './inline.ts';

const GAP = '  ';

/** Formats a complete table in columns. Text that is not a table, or that does not fit, is returned unchanged. */
export function tableSpans(source: string, columns: number): readonly Span[] {
  const [table] = new Lexer().lex(source).filter((token) => token.type === 'table') as Tokens.Table[];
  if (table === undefined) return [plainSpan(source)];
  const rows = [table.header, ...table.rows].map((row) => row.map(({ text }) => inlineSpans(text)));
  const widths = table.header.map((_cell, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? []))));
  const totalWidth = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
  if (totalWidth > columns) return [plainSpan(source)];
  const [header = [], ...body] = rows;
  const rule = { text: `${'─'.repeat(totalWidth)}\n`, styles: ['dim'] } as const;
  const head = header.map((cell) =>
    cell.map(({ text, styles }) => ({ text, styles: [...styles, 'bold' as const] })),
  );
  return [...line(head, widths), rule, ...body.flatMap((row) => line(row, widths))];
}

type Cell = readonly Span[];

const widthOf = (cell: Cell): number => cell.reduce((sum, { text }) => sum + cellsOf(text), 0);

function line(cells: readonly Cell[], widths: readonly number[]): readonly Span[] {
  const filled = cells.flatMap((cell, at) => {
    const isLast = at === cells.length - 1;
    const pad = isLast ? '' : ' '.repeat((widths[at] ?? 0) - widthOf(cell)) + GAP;
    return [...cell, plainSpan(pad)];
  });
  return [...filled, plainSpan('\n')];
}
