/** Maximum number of encodings of a percent-code. */
const MAX_LAYERS = 3;
/** Maximum length of the parameters of a terminal sequence, in characters. */
const MAX_PARAMETERS = 24;
/** Maximum length of an escape: a terminal sequence with its bracket and its letter, in characters. */
export const MAX_ESCAPE: number = MAX_PARAMETERS + 2;
const ESC = 27;
const HASH = 35;
const PERCENT = 37;
const OPENING_PARENTHESIS = 40;
const EQUALS = 61;
const SMALL_U = 117;
const SMALL_X = 120;
const CAPITAL_U = 85;
const OPENING_BRACKET = 91;
const BACKSLASH = 92;
const CARET = 94;

const codesOf = (characters: string): ReadonlySet<number> =>
  new Set(Array.from(characters, (character) => character.charCodeAt(0)));

/** Characters with which an escape may begin. */
const BEGINNINGS = codesOf('\\%[=#^(\u001b');
/** Characters of escapes with one character, such as `\n` and `\0`. */
const CHARACTERS = codesOf('abefnrtv01234567');
/** Characters of terminal sequences without a bracket, such as `ESC7`, and of character sets, such as `ESC(B`. */
const SINGLE = codesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');

/** Whether an escape may begin with this character. */
export const beginsEscape = (code: number): boolean => BEGINNINGS.has(code);

/**
 * Returns the offset at which an escape begins that ends at this offset, or `undefined` if none ends there. A word begins after an
 * escape, although the escape ends with a letter or a digit. Escapes are
 * - `\n`, `\0`, `\012`, `\x20`, `\u0020` and `\U00000020` in programs and JSON,
 * - `%20` and `%2520` in URLs, `=20` in mail, `#012` in system logs, `^I` in the output of `cat -A`,
 * - terminal sequences such as `ESC[32m` and `ESC(B`, from their bracket, and `ESC7`.
 */
export function escapeBefore(text: string, at: number): number | undefined {
  const last = text.charCodeAt(at - 1);
  const before = text.charCodeAt(at - 2);
  if (before === BACKSLASH) return CHARACTERS.has(last) ? at - 2 : undefined;
  // The characters `@` (64) to `_` (95).
  if (before === CARET) return last >= 64 && last <= 95 ? at - 2 : undefined;
  if (before === OPENING_PARENTHESIS || before === ESC) return SINGLE.has(last) ? at - 2 : undefined;
  if (isHex(last) && isHex(before)) {
    const coded = codeBefore(text, at);
    if (coded !== undefined) return coded;
  }
  return isLetter(last) ? bracketBefore(text, at - 1) : undefined;
}

/** Returns the offset of an escape that consists of at least two digits. */
function codeBefore(text: string, at: number): number | undefined {
  const percent = percentBefore(text, at - 2);
  if (percent !== undefined) return percent;
  // Mail encodes with capital letters only.
  if (text.charCodeAt(at - 3) === EQUALS) return /[a-f]/.test(text.slice(at - 2, at)) ? undefined : at - 3;
  if (text.charCodeAt(at - 3) === BACKSLASH) return isOctal(text, at - 2, at) ? at - 3 : undefined;
  if (text.charCodeAt(at - 4) === BACKSLASH) {
    return text.charCodeAt(at - 3) === SMALL_X || isOctal(text, at - 3, at) ? at - 4 : undefined;
  }
  if (text.charCodeAt(at - 4) === HASH) return isOctal(text, at - 3, at) ? at - 4 : undefined;
  if (text.charCodeAt(at - 6) === BACKSLASH && text.charCodeAt(at - 5) === SMALL_U) {
    return areHex(text, at - 4, at) ? at - 6 : undefined;
  }
  if (text.charCodeAt(at - 10) === BACKSLASH && text.charCodeAt(at - 9) === CAPITAL_U) {
    return areHex(text, at - 8, at) ? at - 10 : undefined;
  }
  return undefined;
}

function isOctal(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++)
    if (!(text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 55)) return false;
  return true;
}

function areHex(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isHex(text.charCodeAt(at))) return false;
  return true;
}

/** Returns the offset of the `%` of a percent-code, which may be encoded again, as in `%2520`. */
function percentBefore(text: string, digits: number): number | undefined {
  let from = digits;
  for (let layer = 0; layer < MAX_LAYERS && text.startsWith('25', from - 2); layer++) from -= 2;
  return text.charCodeAt(from - 1) === PERCENT ? from - 1 : undefined;
}

/** Returns the offset of the bracket of a terminal sequence. Without `ESC` and without parameters, only `m` and `K` end one. */
function bracketBefore(text: string, end: number): number | undefined {
  const least = Math.max(0, end - MAX_PARAMETERS);
  let from = end;
  while (from > least && isParameter(text.charCodeAt(from - 1))) from--;
  if (text.charCodeAt(from - 1) !== OPENING_BRACKET) return undefined;
  const hasParameters = from < end;
  const last = text.charAt(end);
  const isCertain = hasParameters || text.charCodeAt(from - 2) === ESC;
  return isCertain || last === 'm' || last === 'K' ? from - 1 : undefined;
}

/** Whether the character is a digit or one of `:;<=>?`. */
const isParameter = (code: number): boolean => code >= 48 && code <= 63;

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);

/** Whether the character is a hexadecimal digit. */
const isHex = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);

/** Pattern of an escape. */
const ESCAPE = [
  String.raw`\\(?:[abefnrtv]|[0-7]{1,3}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})`,
  String.raw`%(?:25){0,3}[0-9A-Fa-f]{2}|=[0-9A-F]{2}|#[0-7]{3}|\^[@-_]`,
  String.raw`\[(?:[0-?]{1,24}[A-Za-z]|[mK])|\([A-Z0-9]|\u001b(?:[A-Z0-9]|\[[A-Za-z])`,
].join('|');
/** Pattern of the words with which a rule of `PLACE_RULES` begins. */
const PLACE = '[Bb]earer|BEARER|[Bb]asic|BASIC|login|mysql|mariadb|sshpass|ENV|ARG|SSWS';
const ESCAPE_BEFORE_PLACE = new RegExp(String.raw`(?:${ESCAPE})(?=[ \t]{0,8}(?:${PLACE}))`, 'g');

/**
 * Returns a text of the same length in which whitespace replaces each escape before a word with which a rule for a place begins,
 * because these rules begin at a boundary of a word or at the start of a line.
 */
export const withoutEscapesBeforePlaces = (text: string): string =>
  text.replaceAll(ESCAPE_BEFORE_PLACE, (escape) => (/[nr]$/.test(escape) ? '\n' : ' ').repeat(escape.length));
