/** Quote that opens a value (`"`, `'` or a backtick), and the number of backslashes before the quote, as in nested JSON. */
export interface Quote {
  readonly character: string;
  readonly slashes: number;
}

/** End of a quoted value. The end is before the backslashes of the closing quote. */
export interface QuoteEnd {
  readonly end: number;
  /** Whether the closing quote was found before the end of the line or the limit. */
  readonly isClosed: boolean;
}

/** Maximum number of backslashes before a quote, as in JSON within seven levels of JSON. */
const MAX_SLASHES = 127;
const NEWLINE = 10;
const DOUBLE_QUOTE = 34;
const BACKSLASH = 92;

/** Returns the quote at this offset, or `undefined` if the text at the offset is not a quote. */
export function quoteAt(text: string, at: number): Quote | undefined {
  let end = at;
  while (end - at < MAX_SLASHES && text.charCodeAt(end) === BACKSLASH) end++;
  const character = text.charAt(end);
  return character === '"' || character === "'" || character === '`'
    ? { character, slashes: end - at }
    : undefined;
}

/**
 * Returns the end of a value that begins at `start` after `quote`. If `'` or a backtick is not closed, the value ends with the
 * JSON string that contains it.
 */
export function endOfQuoted(
  text: string,
  start: number,
  quote: Quote,
  limit: number = text.length,
): QuoteEnd {
  const closing = quote.character.charCodeAt(0);
  let last = Math.min(limit, text.length);
  let slashes = 0;
  let around: number | undefined;
  for (let at = start; at < last; at++) {
    const code = text.charCodeAt(at);
    if (code === NEWLINE) last = text[at - 1] === '\r' ? at - 1 : at;
    else if (code === closing) {
      const own = closingSlashes(slashes, quote);
      const further = own === undefined ? 0 : continuation(text, at, start, quote);
      if (own !== undefined && further === 0) return { end: at - own, isClosed: true };
      at += further;
    } else if (code === DOUBLE_QUOTE && endsString(text, at)) around ??= at - slashes;
    slashes = code === BACKSLASH ? slashes + 1 : 0;
  }
  return { end: around ?? last, isClosed: false };
}

const STRING_END = /"\s{0,2}(?:[}\]]|[,:]\s{0,2}\\*["{[\d-])/y;

/** Whether the `"` at this offset looks like the end of a JSON string. */
export function endsString(text: string, at: number): boolean {
  STRING_END.lastIndex = at;
  return STRING_END.test(text);
}

/** Returns the number of backslashes of the closing quote, or `undefined` if the quote is part of the value. */
function closingSlashes(slashes: number, quote: Quote): number | undefined {
  if (quote.character !== '"') return slashes <= quote.slashes ? slashes : undefined;
  const level = levelOf(slashes);
  return level <= levelOf(quote.slashes) ? 2 ** level - 1 : undefined;
}

/**
 * Returns the level of JSON nesting of a `"` after this number of backslashes. A quote of level n has 2^n - 1 backslashes. Each
 * backslash of the value before the quote adds 2^(n+1), so the number of trailing one bits is the level.
 */
function levelOf(slashes: number): number {
  let level = 0;
  for (let rest = slashes; rest % 2 === 1; rest = (rest - 1) / 2) level++;
  return level;
}

/** Returns the length of the escape after a `'`: `''` in SQL and YAML, `'\''` in a shell; 0 if `'` ends the value. */
function continuation(text: string, at: number, start: number, { character, slashes }: Quote): number {
  if (character !== "'" || slashes > 0) return 0;
  if (text.startsWith(String.raw`\''`, at + 1)) return 3;
  return at > start && text[at + 1] === "'" ? 1 : 0;
}

/** Maximum number of characters before a value that are searched for the opening quote of a surrounding string. */
const STRING_HEAD = 1024;

/** Whether the `'` at this offset is part of the value that begins at `start`, and does not close a surrounding string. */
export function isApostrophe(text: string, at: number, start: number): boolean {
  if (text[at] !== "'") return false;
  const isInWord = /[\w%@]/.test(text.charAt(at + 1));
  // Without a quote before the value, no string is open that this quote could close.
  return isInWord || !text.slice(Math.max(0, start - STRING_HEAD), start).includes("'");
}

/** Returns the offset after the marks of masks (`MASKED` and `EXISTING_MASK`) at this offset, or the same offset without a mark. */
export function behindMasks(text: string, at: number): number {
  let begin = at;
  while (text[begin] === '\u2028' || text[begin] === '\u2029') begin++;
  return begin;
}
