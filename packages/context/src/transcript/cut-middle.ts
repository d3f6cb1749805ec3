export type Marker = (left: number) => string;

/** Beginning and end of a text, with a visible cut between them; nothing is cut through the middle of a character. */
export function cutMiddle(text: string, head: number, tail: number, marker: Marker): string {
  if (text.length <= head + tail) return text;
  const start = boundary(text, head, -1);
  const end = boundary(text, text.length - tail, 1);
  const cut = text.slice(0, start) + marker(end - start) + text.slice(end);
  return cut.length < text.length ? cut : text;
}

/** Returns the beginning of the text, at most this long, without cutting a visible character. */
export const cutEnd = (text: string, maxLength: number): string =>
  text.length <= maxLength ? text : text.slice(0, boundary(text, maxLength, -1));

/**
 * Characters around a cut that are searched for character boundaries. The longest ones, such as families and flags, are
 * shorter.
 */
const AROUND = 64;

/** Below it no character goes together with the one before, but for the two of a line's end. */
const FIRST_COMBINING = 0x300;

let segmenter: Intl.Segmenter | undefined;

function boundary(text: string, at: number, direction: -1 | 1): number {
  if (at <= 0 || at >= text.length) return at;
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  if (before < FIRST_COMBINING && after < FIRST_COMBINING && before !== 13) return at;
  const from = startOfFlags(text, Math.max(0, at - AROUND));
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const starts = [...segmenter.segment(text.slice(from, at + AROUND))].map(({ index }) => index + from);
  if (starts.includes(at)) return at;
  const near =
    direction === -1
      ? starts.findLast((start) => start < at && start > from)
      : starts.find((start) => start > at);
  return near ?? at;
}

/** Flags are pairs of letters: which two belong together is known from the first of a row alone. */
function startOfFlags(text: string, at: number): number {
  const low = text.charCodeAt(at);
  let start = low >= 0xdc00 && low <= 0xdfff ? at - 1 : at;
  while (start >= 2 && isFlagLetter(text.codePointAt(start - 2))) start -= 2;
  return Math.max(0, start);
}

const isFlagLetter = (code: number | undefined): boolean =>
  code !== undefined && code >= 0x1f1e6 && code <= 0x1f1ff;
