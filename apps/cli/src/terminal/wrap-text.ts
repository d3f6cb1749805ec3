/** Matches combining characters, which use no cell. */
const NO_CELL = /\p{M}|[\u200B-\u200D]|[\uFE00-\uFE0F]/u;
const TWO_CELLS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303F\uFF01-\uFF60]/u;
const FENCE = /^\s*(?:```|~~~)/;
/** Number of characters at the start of a line in which a fence is looked for. */
const FENCE_PREFIX = 8;
const TAB = 8;

/** Returns the number of terminal cells of a string without line feeds. The number is approximate, because terminals differ. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const letter of text) if (!NO_CELL.test(letter)) cells += TWO_CELLS.test(letter) ? 2 : 1;
  return cells;
}

/** Streaming wrapper that breaks lines between words, for a terminal. */
export interface LineWrapper {
  /** Returns the output for the next chunk. A word that exceeds its line is erased and written on the next line. */
  feed(text: string): string;
  /** Number of used cells in the current line. */
  readonly column: number;
}

/** Creates a wrapper that breaks streamed text between words, but not in fenced code, which users copy. */
export function createLineWrapper(columns: number): LineWrapper {
  let column = 0;
  /** Written part of an unfinished word, and its cells. */
  let word = '';
  let writtenCells = 0;
  let lineStart = '';
  let isCode = false;

  const feedLine = (): string => {
    if (FENCE.test(lineStart)) isCode = !isCode;
    column = 0;
    word = '';
    writtenCells = 0;
    lineStart = '';
    return '\n';
  };
  const feedSpace = (space: string): string => {
    word = '';
    writtenCells = 0;
    if (column >= columns && !isCode) return '';
    column += space === '\t' ? TAB - (column % TAB) : 1;
    return space;
  };
  const feedWord = (piece: string): string => {
    const before = writtenCells;
    const wordCells = before + cellsOf(piece);
    word += piece;
    writtenCells = wordCells;
    const start = column - before;
    const fitsNextLine = start > 0 && wordCells <= columns;
    if (!isCode && fitsNextLine && start + wordCells > columns) {
      column = wordCells;
      // Moves back and erases the written part.
      const erase = before === 0 ? '' : `\u001B[${before}D\u001B[K`;
      return `${erase}\n${word}`;
    }
    column += wordCells - before;
    // The terminal itself breaks a word that is longer than a line, and code.
    if (column > columns) column = ((column - 1) % columns) + 1;
    return piece;
  };

  return {
    get column() {
      return column;
    },
    feed(text) {
      let out = '';
      for (const piece of text.split(/(\s)/)) {
        if (piece === '') continue;
        if (piece !== '\n' && lineStart.length < FENCE_PREFIX) lineStart += piece;
        if (piece === '\n') out += feedLine();
        else out += /\s/.test(piece) ? feedSpace(piece) : feedWord(piece);
      }
      return out;
    },
  };
}

/** Matches commands, which are not wrapped because users copy them. */
const COMMAND =
  /npm install(?: -\S+)* \S+(?: @majordomo\/\S+)*|npx(?: -p \S+)+ majordomo|majordomo [a-z]+(?: [\w.-]+\/\S+)?/g;
const UNBROKEN = '\u00A0';

/** Breaks a complete text between words, but not in commands, and indents the following lines. */
export function wrapText(text: string, columns: number, indent = 0): string {
  // Without a terminal, a line may be very long, and measuring it after each word would take minutes.
  if (columns === Infinity) return text;
  const lines: string[] = [];
  const unbroken = text.replaceAll(COMMAND, (command) => command.replaceAll(' ', UNBROKEN));
  for (const line of unbroken.split('\n')) {
    let current: string | undefined;
    for (const word of line.split(' ')) {
      if (current !== undefined && cellsOf(current) + 1 + cellsOf(word) > columns) {
        lines.push(current);
        current = ' '.repeat(indent) + word;
      } else current = current === undefined ? word : `${current} ${word}`;
    }
    lines.push(current ?? '');
  }
  return lines.join('\n').replaceAll(UNBROKEN, ' ');
}
