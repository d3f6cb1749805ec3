/** Text in the form in which phrases are searched, and the offsets of its characters in the original text. */
export interface FoldedText {
  readonly text: string;
  /** Returns the offset in the original text of a character of `text`. */
  readonly originAt: (at: number) => number;
}

/**
 * Returns a text in lower case and in Unicode's compatibility form NFKC, in which full-width and mathematical letters are plain
 * letters. Replaces the invisible tag characters with the letters that they stand for, separated from the visible text.
 */
export function foldText(text: string): FoldedText {
  if (!/[^\0-\x7f]/.test(text)) return { text: text.toLowerCase(), originAt: (at) => at };
  let folded = '';
  const origins: number[] = [];
  const add = (piece: string, at: number, step: 0 | 1): void => {
    folded += piece;
    for (let unit = 0; unit < piece.length; unit++) origins.push(at + unit * step);
  };
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const whole = fold(run);
    if (whole === run || run.charCodeAt(0) < 0x80) {
      add(whole, index, 1);
      continue;
    }
    let at = index;
    // The visible text before and after tag characters is not a part of their words.
    const isTags = run.search(TAG) === 0;
    if (isTags) add(' ', at, 0);
    for (const character of run) {
      add(fold(character), at, 0);
      at += character.length;
    }
    if (isTags) add(' ', at, 0);
  }
  return { text: folded, originAt: (at) => origins[at] ?? text.length };
}

/** Matches ASCII, whose folded form has the same length, tag characters, or other characters. */
const RUN = /[\0-\x7f]+|[\u{e0020}-\u{e007e}]+|[^\0-\x7f\u{e0020}-\u{e007e}]+/gu;
const TAG = /[\u{e0020}-\u{e007e}]/gu;

const fold = (text: string): string => showTags(text).normalize('NFKC').toLowerCase();

/** Replaces the invisible tag characters of a text with the letters that they stand for. */
export const showTags = (text: string): string =>
  text.replaceAll(TAG, (tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000));
