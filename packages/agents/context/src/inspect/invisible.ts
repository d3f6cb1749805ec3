/**
 * Matches characters that are invisible or change the direction of the text. Tag characters and variation selectors can spell
 * any text, which a model reads and a person does not see.
 */
const INVISIBLE =
  /[\u00ad\u180e\u200b-\u200d\u2060\ufeff\u202a-\u202e\u2062-\u2064\u2066-\u2069\u{e0000}-\u{e007f}]|[\u{e0100}-\u{e01ef}]|(?<=[\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\ufe00-\ufe0f]/gu;

/** Matches a flag of a region, such as the flag of Wales: a black flag and the region's code in tag characters. */
const FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/gu;

/** Yields the offsets at which invisible characters begin, except those that emoji, joined scripts and Chinese characters need. */
export function* invisibleIn(text: string): Generator<number> {
  // Letters of the same length keep the offsets.
  const withoutFlags = text.replaceAll(FLAG, (flag) => 'x'.repeat(flag.length));
  let end = -1;
  for (const { 0: mark, index } of withoutFlags.matchAll(INVISIBLE)) {
    if ((mark === '\ufeff' && index === 0) || isNeeded(mark, text, index)) continue;
    if (index !== end) yield index;
    end = index + mark.length;
  }
}

const BEFORE = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0f]$/u;
const AFTER = /^[\p{Extended_Pictographic}\u2640\u2642\u2695]$/u;
const JOINED =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Sinhala}\p{Script=Oriya}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}\p{Script=Syriac}]$/u;

function isNeeded(mark: string, text: string, at: number): boolean {
  const low = text.charCodeAt(at - 1);
  const before = text.slice(low >= 0xdc00 && low <= 0xdfff ? at - 2 : at - 1, at);
  if (mark === '\u200c') return JOINED.test(before);
  if (mark === '\u200d') return (BEFORE.test(before) && isJoinedEmoji(text, at + 1)) || JOINED.test(before);
  if (mark === '\u180e') return MONGOLIAN.test(before);
  return VARIATION.test(mark) && IDEOGRAPH.test(before);
}

function isJoinedEmoji(text: string, at: number): boolean {
  const after = text.codePointAt(at);
  return after !== undefined && AFTER.test(String.fromCodePoint(after));
}

const MONGOLIAN = /^\p{Script=Mongolian}$/u;
const VARIATION = /^[\u{e0100}-\u{e01ef}]$/u;
const IDEOGRAPH = /^\p{Unified_Ideograph}$/u;
