/**
 * Matches characters that are invisible or change the direction of the text. Tag characters (U+E0000 to U+E007F) and variation
 * selectors (U+E0100 to U+E01EF) can spell any text, which a model reads and a person does not see. A variation selector of U+FE00
 * to U+FE0F matches only after another selector.
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
    const isByteOrderMark = mark === '\ufeff' && index === 0;
    if (isByteOrderMark || isNeeded(mark, text, index)) continue;
    // Adjacent characters are one occurrence.
    if (index !== end) yield index;
    end = index + mark.length;
  }
}

const JOINER = '\u200d';
const NON_JOINER = '\u200c';
const MONGOLIAN_SEPARATOR = '\u180e';

/** Matches the characters between which a joiner forms one emoji. */
const EMOJI_BEFORE = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0f]$/u;
const EMOJI_AFTER = /^[\p{Extended_Pictographic}\u2640\u2642\u2695]$/u;
/** Matches a character of a script in which joiners change the form of a letter. */
const JOINED_SCRIPT =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Sinhala}\p{Script=Oriya}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}\p{Script=Syriac}]$/u;

/** Whether the characters around the invisible character at this offset need it. */
function isNeeded(mark: string, text: string, at: number): boolean {
  const before = characterBefore(text, at);
  switch (mark) {
    case NON_JOINER:
      return JOINED_SCRIPT.test(before);
    case JOINER:
      return JOINED_SCRIPT.test(before) || (EMOJI_BEFORE.test(before) && isEmojiAfter(text, at + 1));
    case MONGOLIAN_SEPARATOR:
      return MONGOLIAN.test(before);
    default:
      return VARIATION.test(mark) && IDEOGRAPH.test(before);
  }
}

function characterBefore(text: string, at: number): string {
  const code = text.charCodeAt(at - 1);
  const isLowSurrogate = code >= 0xdc00 && code <= 0xdfff;
  return text.slice(isLowSurrogate ? at - 2 : at - 1, at);
}

function isEmojiAfter(text: string, at: number): boolean {
  const after = text.codePointAt(at);
  return after !== undefined && EMOJI_AFTER.test(String.fromCodePoint(after));
}

const MONGOLIAN = /^\p{Script=Mongolian}$/u;
const VARIATION = /^[\u{e0100}-\u{e01ef}]$/u;
const IDEOGRAPH = /^\p{Unified_Ideograph}$/u;
