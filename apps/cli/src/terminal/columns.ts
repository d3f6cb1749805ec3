import { cellsOf } from './wrap-text.ts';

/** Side to which the cells of a column are aligned. */
export type Alignment = 'left' | 'right';

/** Aligns the cells of rows in columns, with two spaces between columns. All rows have as many cells as the first. */
export function columns(
  rows: readonly (readonly string[])[],
  alignmentOf: (column: number) => Alignment = () => 'left',
): readonly string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => cellsOf(row[column] ?? ''))));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const room = ' '.repeat((widths[column] ?? 0) - cellsOf(cell));
      return alignmentOf(column) === 'left' ? cell + room : room + cell;
    });
    return cells.join('  ').trimEnd();
  });
}
