/** Function that returns the text to insert in place of `left` removed characters. */
export type Marker = (left: number) => string;

const DEFAULT_MARKER: Marker = (left) => `\n[… ${left} characters …]\n`;

/** Cuts a text to `head` and `tail` characters, with a marker between them. Does not split visible characters. */
export function cutMiddle(text: string, head: number, tail: number, marker: Marker = DEFAULT_MARKER): string {
  if (text.length <= head + tail) return text;
  const start = boundary(text, head, -1);
  const end = boundary(text, text.length - tail, 1);
  const cut = text.slice(0, start) + marker(end - start) + text.slice(end);
  return cut.length < text.length ? cut : text;
}

/** Returns at most `maxLength` characters from the start of the text. Does not split visible characters. */
export const cutEnd = (text: string, maxLength: number): string =>
  text.slice(0, boundary(text, maxLength, -1));

/** Number of code units to search for a boundary before and after a cut. Visible characters are shorter than this number. */
const AROUND = 64;

/** First code unit that can belong to the same visible character as the code unit before it, except in line endings. */
const FIRST_COMBINING = 0x300;
const CARRIAGE_RETURN = 13;

let segmenter: Intl.Segmenter | undefined;

/**
 * Returns the offset between two visible characters that is nearest to `at`, before it (-1) or after it (1). A visible character
 * that is longer than `AROUND` is split.
 */
function boundary(text: string, at: number, direction: -1 | 1): number {
  if (at <= 0 || at >= text.length) return at;
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  const mayBeJoined = before >= FIRST_COMBINING || after >= FIRST_COMBINING || before === CARRIAGE_RETURN;
  if (!mayBeJoined) return at;
  const from = startOfFlags(text, Math.max(0, at - AROUND));
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const starts = [...segmenter.segment(text.slice(from, at + AROUND))].map(({ index }) => index + from);
  if (direction === 1) {
    const reachesEnd = at + AROUND >= text.length;
    return starts.find((start) => start >= at) ?? (reachesEnd ? text.length : at);
  }
  // The segment at `from` may be the rest of a character that begins earlier.
  return starts.findLast((start) => start <= at && (start > from || start === 0)) ?? at;
}

/**
 * Returns the start of a sequence of flags; `at` outside of such a sequence. A flag is a pair of regional indicators, and only from
 * the start of the sequence can the indicators be divided into pairs.
 */
function startOfFlags(text: string, at: number): number {
  const isInsideIndicator = isRegionalIndicator(text.codePointAt(at - 1));
  let start = isInsideIndicator ? at - 1 : at;
  while (isRegionalIndicator(text.codePointAt(start - 2))) start -= 2;
  return start;
}

const isRegionalIndicator = (code: number | undefined): boolean =>
  code !== undefined && code >= 0x1f1e6 && code <= 0x1f1ff;
