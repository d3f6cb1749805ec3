/** Returns a Markdown table with the padding that the formatter uses. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, at) => Math.max(3, width(cell), ...rows.map((row) => width(row[at] ?? ''))));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - width(cell))).join(' | ')} |`;
  return [line(head), line(widths.map((each) => '-'.repeat(each))), ...rows.map(line)].join('\n');
}

const width = (text: string): number => Array.from(text).length;
