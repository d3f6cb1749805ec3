/** Maximum number of encodings of a percent-code. */
const MAX_LAYERS = 3;
/** Maximum number of parameters of a terminal sequence, in characters. */
const MAX_PARAMETERS = 24;
/** Maximum length of an escape, in characters. */
export const MAX_ESCAPE = 26;
const BACKSLASH = 92;
const PERCENT = 37;
const OPENING_BRACKET = 91;
const SMALL_U = 117;
const SMALL_X = 120;
/** Letters of escapes with one letter, such as `\n`. */
const LETTERS: ReadonlySet<number> = new Set(Array.from('bfnrtv', (letter) => letter.charCodeAt(0)));

/** Whether an escape may begin with this character. */
export const beginsEscape = (code: number): boolean =>
  code === BACKSLASH || code === PERCENT || code === OPENING_BRACKET;

/**
 * Returns the offset at which an escape begins that ends at this offset, or `undefined` if none ends there. An escape is `\n`,
 * `\u0020`, `\x20`, `%20` or `%2520`, or a terminal sequence such as `ESC[32m`, from its bracket. A word begins after an escape,
 * although the escape ends with a letter or a digit.
 */
export function escapeBefore(text: string, at: number): number | undefined {
  const last = text.charCodeAt(at - 1);
  if (text.charCodeAt(at - 2) === BACKSLASH) return LETTERS.has(last) ? at - 2 : undefined;
  if (isHex(last) && isHex(text.charCodeAt(at - 2))) {
    const percent = percentBefore(text, at - 2);
    if (percent !== undefined) return percent;
    if (text.charCodeAt(at - 4) === BACKSLASH && text.charCodeAt(at - 3) === SMALL_X) return at - 4;
    if (text.charCodeAt(at - 6) === BACKSLASH && text.charCodeAt(at - 5) === SMALL_U) {
      return isHex(text.charCodeAt(at - 3)) && isHex(text.charCodeAt(at - 4)) ? at - 6 : undefined;
    }
  }
  return isLetter(last) ? bracketBefore(text, at - 1) : undefined;
}

/** Returns the offset of the `%` of a percent-code, which may be encoded again, as in `%2520`. */
function percentBefore(text: string, digits: number): number | undefined {
  let from = digits;
  for (let layer = 0; layer < MAX_LAYERS && text.startsWith('25', from - 2); layer++) from -= 2;
  return text.charCodeAt(from - 1) === PERCENT ? from - 1 : undefined;
}

/** Returns the offset of the bracket of a terminal sequence. Only `m` and `K` are common without parameters. */
function bracketBefore(text: string, end: number): number | undefined {
  const least = Math.max(0, end - MAX_PARAMETERS);
  let from = end;
  while (from > least && isParameter(text.charCodeAt(from - 1))) from--;
  const isSequence = from < end || text.charAt(end) === 'm' || text.charAt(end) === 'K';
  return isSequence && text.charCodeAt(from - 1) === OPENING_BRACKET ? from - 1 : undefined;
}

/** Whether the character is a digit or one of `:;<=>?`. */
const isParameter = (code: number): boolean => code >= 48 && code <= 63;

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);

const isHex = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);

/** Pattern of an escape before a word with which a rule for a place begins. */
const ESCAPE_BEFORE_PLACE =
  /(?:\\(?:[bfnrtv]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})|%(?:25){0,3}[0-9A-Fa-f]{2}|\[(?:[0-?]{1,24}[A-Za-z]|[mK]))(?=[ \t]{0,8}(?:[Bb]earer|BEARER|[Bb]asic|BASIC|login|mysql|mariadb|sshpass|ENV|ARG|SSWS))/g;

/**
 * Returns a text of the same length in which whitespace replaces each escape before a word with which a rule for a place begins,
 * because these rules begin at a boundary of a word or at the start of a line.
 */
export const withoutEscapesBeforePlaces = (text: string): string =>
  text.replaceAll(ESCAPE_BEFORE_PLACE, (escape) => (/[nr]$/.test(escape) ? '\n' : ' ').repeat(escape.length));
