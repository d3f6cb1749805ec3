/** Returns rows as lines whose cells begin in equal terminal columns. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: cells }, (_, at) =>
    Math.max(...rows.map((row) => widthOf(row[at] ?? ''))),
  );
  return rows.map((row) =>
    row.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell))).join('  '),
  );
}

const COMBINING = /\p{M}/u;
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303F\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]/u;

/** Returns the number of terminal columns of a string. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (COMBINING.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** Returns a line of at most `columns` terminal columns. */
export function fit(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  const chars = Array.from(line);
  // One column is for the ellipsis.
  let width = 1;
  const end = chars.findIndex((char) => (width += widthOf(char)) > columns);
  return `${chars.slice(0, end).join('')}…`;
}

/** Splits a line at spaces into lines of at most `columns` terminal columns, if its words permit it. Indents all lines except the first. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(`${last} ${word}`) <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `  ${word}`);
  }
  return lines;
}
