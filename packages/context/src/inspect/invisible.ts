/** Matches characters that are invisible or change the direction of the text. */
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff\u202a-\u202e\u2062-\u2064\u2066-\u2069]/gu;

/** Yields the offsets of invisible characters, except those that emoji and joined scripts need. */
export function* invisibleIn(text: string): Generator<number> {
  for (const { 0: mark, index } of text.matchAll(INVISIBLE)) {
    if (mark === '\ufeff' && index === 0) continue;
    if ((mark === '\u200d' || mark === '\u200c') && joins(text, index)) continue;
    yield index;
  }
}

const BEFORE = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0f]$/u;
const AFTER = /^[\p{Extended_Pictographic}\u2640\u2642\u2695]$/u;
const JOINED =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Sinhala}\p{Script=Oriya}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}\p{Script=Syriac}]$/u;

function joins(text: string, at: number): boolean {
  const low = text.charCodeAt(at - 1);
  const before = text.slice(low >= 0xdc00 && low <= 0xdfff ? at - 2 : at - 1, at);
  if (text[at] === '\u200d' && BEFORE.test(before)) {
    const after = text.codePointAt(at + 1);
    return after !== undefined && AFTER.test(String.fromCodePoint(after));
  }
  return JOINED.test(before);
}
