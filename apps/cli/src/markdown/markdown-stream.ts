import { plainSpan, type Span, type Style } from '../terminal/paint.ts';
import { firstSpan, inlineSpans } from './inline.ts';
import { tableSpans } from './table.ts';

/** Streamed Markdown for a terminal. Returned text is final. */
export interface MarkdownStream {
  /** Returns the spans that are final after the next chunk. Ambiguous text is buffered. */
  feed(text: string): readonly Span[];
  /** Returns the spans of the text that is still buffered. */
  end(): readonly Span[];
}

/** Matches the start of a fence, also of one with a language, such as "```ts". */
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/** Matches a fence without a language, which can close code. */
const BARE_FENCE = /^\s*[`~]+\s*$/;
const HEADING = /^ {0,3}#{1,6} +/;
const RULE = /^ {0,3}([-*_])(?: *\1){2,} *$/;
const BULLET = /^(\s*)[-*+] (?=\S)/;
const QUOTE = /^ {0,3}> ?/;
const TABLE = /^ {0,3}\|/;
/** Matches the start of a line that may become a heading, fence, rule, list or quote. */
const UNDECIDED = /^\s*(?:|#{1,6} *|`{1,2}|~{1,2}|[-*_+][-*_+ ]*|>)$/;
/** Length above which an unfinished construct is shown unchanged. */
const MAX_BUFFERED = 500;

export function createMarkdown(columns: number): MarkdownStream {
  /** Part of the current line that is not shown yet. */
  let rest = '';
  let isLineStart = true;
  let lineStyles: readonly Style[] = [];
  /** Characters that opened the current code; `undefined` outside code. */
  let fence: string | undefined;
  /** Lines of the current table, which is shown when it has ended. */
  let table = '';
  /** Last character that was shown of the current line. */
  let before = '';

  const styled = (spans: readonly Span[]): readonly Span[] =>
    spans.map(({ text, styles }) => ({ text, styles: [...lineStyles, ...styles] }));

  /** Returns the spans up to the first mark that may begin a construct, or all spans of a complete line. */
  const inline = (isComplete: boolean): readonly Span[] => {
    const shown: Span[] = [];
    const take = (length: number, spans: readonly Span[]): void => {
      shown.push(...spans);
      before = rest.slice(0, length).at(-1) ?? before;
      rest = rest.slice(length);
    };
    while (rest !== '') {
      const at = markIn(rest, before);
      if (at > 0) take(at, [plainSpan(rest.slice(0, at))]);
      if (rest === '') break;
      const isLong = rest.length > MAX_BUFFERED;
      if (isComplete && !isLong) {
        take(rest.length, inlineSpans(rest));
        break;
      }
      const start = rest.slice(0, MAX_BUFFERED);
      const first = firstSpan(start);
      // The next characters may continue an unfinished construct, or a construct at the end of the text.
      if (first === undefined || first.length === start.length) {
        if (isLong) take(rest.length, [plainSpan(rest)]);
        break;
      }
      take(first.length, first.spans);
    }
    return styled(shown);
  };

  /** Returns the converted beginning of a line. */
  const begin = (): readonly Span[] => {
    isLineStart = false;
    lineStyles = [];
    before = '';
    const shown: Span[] = [];
    for (let quote = QUOTE.exec(rest); quote !== null; quote = QUOTE.exec(rest)) {
      rest = rest.slice(quote[0].length);
      shown.push({ text: '│ ', styles: ['dim'] });
    }
    const [heading] = HEADING.exec(rest) ?? [];
    if (heading !== undefined) {
      rest = rest.slice(heading.length);
      lineStyles = ['bold'];
    }
    const [bullet, indent = ''] = BULLET.exec(rest) ?? [];
    if (bullet === undefined) return shown;
    rest = rest.slice(bullet.length);
    return [...shown, plainSpan(`${indent}• `)];
  };

  /** Returns the end of a line that is not code or part of a table. */
  const endLine = (end: string): readonly Span[] => {
    if (isLineStart && RULE.test(rest)) {
      rest = '';
      return [{ text: '─'.repeat(Math.min(columns, 40)) + end, styles: ['dim'] }];
    }
    const shown = [...(isLineStart ? begin() : []), ...inline(true), plainSpan(end)];
    isLineStart = true;
    return shown;
  };

  const endTable = (): readonly Span[] => {
    const source = table;
    table = '';
    return source === '' ? [] : tableSpans(source, columns);
  };

  const completeLine = (line: string, end: string): readonly Span[] => {
    const marks = isLineStart ? FENCE.exec(rest + line)?.[1] : undefined;
    if (fence !== undefined) {
      const isEnd = marks?.startsWith(fence) === true && BARE_FENCE.test(rest + line);
      if (isEnd) fence = undefined;
      const shown = { text: rest + line + end, styles: isEnd ? ['dim' as const] : [] };
      rest = '';
      isLineStart = true;
      return [shown];
    }
    rest += line;
    if (marks !== undefined) {
      fence = marks;
      const shown = { text: rest + end, styles: ['dim' as const] };
      rest = '';
      return [...endTable(), shown];
    }
    if (isLineStart && TABLE.test(rest)) {
      table += rest + end;
      rest = '';
      return [];
    }
    return [...endTable(), ...endLine(end)];
  };

  /** Handles a chunk of an unfinished line. */
  const piece = (text: string): readonly Span[] => {
    rest += text;
    if (fence !== undefined) {
      // Buffer a line that may be the closing fence, because the style of the fence differs from the style of code.
      const mayBeFence = rest.trim() === '' || BARE_FENCE.test(rest);
      if (isLineStart && mayBeFence) return [];
      const shown = plainSpan(rest);
      rest = '';
      isLineStart = false;
      return [shown];
    }
    if (isLineStart) {
      const isOpen = UNDECIDED.test(rest) || FENCE.test(rest) || TABLE.test(rest);
      if (isOpen && rest.length < MAX_BUFFERED) return [];
      return [...endTable(), ...begin(), ...inline(false)];
    }
    return inline(false);
  };

  return {
    feed(text) {
      const lines = text.split('\n');
      const last = lines.pop() ?? '';
      const shown = [
        ...lines.flatMap((line) => completeLine(line, '\n')),
        ...(last === '' ? [] : piece(last)),
      ];
      return shown.filter((span) => span.text !== '');
    },
    end() {
      const shown = [...(rest === '' ? [] : completeLine('', '')), ...endTable()];
      return shown.filter((span) => span.text !== '');
    },
  };
}

const EMPHASIS: ReadonlySet<string> = new Set(['*', '_', '~']);

/**
 * Returns the position of the first mark that may begin a construct. The mark `_` after a letter or digit does not begin one.
 * Neither does `*`, `_` or `~` before whitespace.
 */
function markIn(text: string, before: string): number {
  for (const { index, 0: mark } of text.matchAll(/[*_`~[\\]/g)) {
    const previous = index === 0 ? before : (text[index - 1] ?? '');
    const next = text[index + 1];
    const isInWord = mark === '_' && /\w/.test(previous);
    const isBeforeSpace = next !== undefined && /\s/.test(next);
    if (isInWord || (EMPHASIS.has(mark) && isBeforeSpace)) continue;
    return index;
  }
  return text.length;
}
