import { beginsEscape, escapeBefore } from '../escape.ts';
import type { Span } from '../rule.ts';
import { findNested, findNumber, findQuoted, type Name } from './find-quoted.ts';
import { findCredential, findCookies } from './headers.ts';
import { verdictOn, type Verdict } from './name.ts';
import { isApostrophe, quoteAt } from '../quote.ts';
import { isSecret, isWorkingFolder } from './value.ts';

const COLON = 58;
const EQUALS = 61;
const GREATER = 62;
const HYPHEN = 45;
const BACKSLASH = 92;

// Maximum numbers of characters. They keep the time linear.
const MAX_NAME = 64;
/** From the name of a pair to the word `value`. */
const MAX_PAIR = 400;
/** Blanks before a value. */
const MAX_BLANKS = 4;
/** Start of a value that decides whether the value is secret. */
const HEAD_LENGTH = 64;
/** Between a name and its separator, without backslashes. */
const MAX_GAP = 8;
/** Between a name and its separator, with the backslashes of nested JSON. */
const MAX_SLASHES = 127;
/** Letters and digits at the end of an escape, as in `\U00000020`. */
const MAX_ESCAPE_END = 9;

/** Finds values after a name, such as `KEY=value`, `"key": "value"`, `<key>value`, `--key value`, and headers. */
export function findKeyed(text: string, found: Span[]): void {
  const search: Search = { scannedTo: 0 };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    let end: number | undefined;
    if (code === COLON || code === EQUALS || code === GREATER)
      end = findAfterSeparator(text, at, code, found, search);
    else if (code === HYPHEN && text.charCodeAt(at + 1) === HYPHEN)
      end = findAfterFlag(text, at + 2, found, search);
    if (end !== undefined) at = end - 1;
  }
}

/** State of a search. `scannedTo` is the end of the last scanned value, which is not scanned again for each name in it. */
interface Search {
  scannedTo: number;
}

/** Finds the value after a name and the separator at `at`. Returns the end of the value, or `undefined` without a secret. */
function findAfterSeparator(
  text: string,
  at: number,
  code: number,
  found: Span[],
  search: Search,
): number | undefined {
  const nameEnd = code === GREATER ? at : separatorStart(text, at);
  const name = nameBefore(text, nameEnd);
  if (name === '') return undefined;
  const from = nameEnd - name.length;
  if (code === GREATER && text[from - 1] !== '<') return undefined;
  const verdict = verdictOf(text, name, from, code);
  if (verdict === undefined) return undefined;
  const next = separatorEnd(text, at, code);
  if (next === undefined) return undefined;
  // Names before `:`, `:=` and `=>` may be in quotes.
  const quote = code === COLON || next > at + 1 ? quoteAt(text, nameEnd) : undefined;
  return findValue(text, next, { text: name, from, verdict, quote }, code !== COLON, found, search);
}

/** Returns the end of a separator, also of `=>` and `:=`; `undefined` for a comparison operator, such as `==` and `<=`. */
function separatorEnd(text: string, at: number, code: number): number | undefined {
  const next = text[at + 1];
  if (code !== EQUALS) return next === '=' ? at + 2 : at + 1;
  if (next === '=') return undefined;
  if (next === '>') return at + 2;
  return /[!<>=]/.test(text.charAt(at - 1)) ? undefined : at + 1;
}

/** Matches names of credentials in the query of a URL. */
const QUERY_NAME =
  /^(?:key|sig|token|signature|x-amz-(?:signature|security-token|credential)|apikey|auth|access_token|appid|code)$/i;

/** Returns the kind of a name. In a URL's query, `key` and `sig` are also names of credentials. */
function verdictOf(text: string, name: string, from: number, code: number): Verdict | undefined {
  const before = text[from - 1];
  const isQuery = code === EQUALS && (before === '?' || before === '&');
  if (isQuery && QUERY_NAME.test(name)) return /^code$/i.test(name) ? 'perhaps' : 'secret';
  const isPair = /^value$/i.test(name);
  return verdictOn(isPair ? (nameOfPair(text, from) ?? name) : name);
}

/** Matches the part of a pair before the word `value`, such as `"name":"DB_PASSWORD","`. */
const PAIR =
  /\b(?:name|key)[\\"']*[ \t]{0,2}[:=][ \t]{0,2}[\\"']{1,64}([\w.-]{1,64})[\\"']{1,64}(?:[ \t,]|\\{1,31}[nrt]){1,40}[\\"']{0,64}$/i;

/** Returns the name in `{"name":"DB_PASSWORD","value":"…"}` and `<add key="Password" value="…"/>`. */
const nameOfPair = (text: string, from: number): string | undefined =>
  PAIR.exec(text.slice(Math.max(0, from - MAX_PAIR), from))?.[1];

/** Finds the value after a flag, such as `--password value`. `at`: offset of the flag's name. */
function findAfterFlag(text: string, at: number, found: Span[], search: Search): number | undefined {
  let end = at;
  if (!/[a-z]/i.test(text.charAt(at))) return undefined;
  // Hyphens inside a word are not the beginning of a flag, unless the letter before them ends an escape.
  if (/[\w-]/.test(text.charAt(at - 3)) && escapeBefore(text, at - 2) === undefined) return undefined;
  while (end - at < MAX_NAME && /[a-z-]/i.test(text.charAt(end))) end++;
  if (text[end] !== ' ') return undefined;
  const verdict = verdictOn(text.slice(at, end));
  // After the space, a hyphen begins the next flag.
  if (verdict === undefined || text[end + 1] === '-') return undefined;
  return findValue(
    text,
    end,
    { text: text.slice(at, end), from: at, verdict, quote: undefined },
    true,
    found,
    search,
  );
}

/** Pattern of the quotes before the last quote of `"""` in Python and of `""` in CSV. */
const OUTER_QUOTES = /"{1,2}(?="[\w!@#$%^&*-])/y;

/**
 * Finds the value that begins at `at` or after a few blanks. Returns the end of the value, or `undefined` without a secret.
 *
 * @param isAssigned whether `=`, `>` or a flag precedes the value, and not `:`
 */
function findValue(
  text: string,
  at: number,
  name: Name,
  isAssigned: boolean,
  found: Span[],
  search: Search,
): number | undefined {
  const { from, verdict } = name;
  let start = at;
  while (start - at < MAX_BLANKS && isBlank(text.charCodeAt(start))) start++;
  const isDefinite = verdict !== 'perhaps';
  if (isDefinite && (text[start] === '[' || text[start] === '{')) return findNested(text, start, name, found);
  OUTER_QUOTES.lastIndex = start;
  start += OUTER_QUOTES.exec(text)?.[0].length ?? 0;
  const quote = quoteAt(text, start);
  if (quote !== undefined) return findQuoted(text, start, quote, name, found);
  if (verdict === 'authorization') return findCredential(text, start, from, found);
  if (verdict === 'cookie' || verdict === 'set-cookie') {
    return findCookies(text, start, from, verdict === 'cookie', found);
  }
  const number = isDefinite ? findNumber(text, start, name, found) : undefined;
  if (number !== undefined) return number;
  const head = text.slice(start, start + headLength(text, start, search));
  if (isWorkingFolder(name.text, head)) return undefined;
  // A space always precedes the value of a header, as in `X-Api-Key: abc123`. Only the start of a name decides whether it is that of a
  // header, because a header may end with a digit, as in `x-api-key2`.
  const isHeader = !isAssigned && verdict === 'secret' && /^[a-z-]+$/i.test(name.text.slice(0, 8));
  const isTight = (isAssigned && start === at) || (isHeader && /\d/.test(head));
  if (!isSecret(head, verdict, isTight)) return undefined;
  const end = valueEnd(text, start);
  // The value of an element, as in `<key>value</key>`, ends at the next tag.
  const isElement = text[at - 1] === '>' && text[at - 2] !== '=';
  if (isElement && text[end] !== '<') return undefined;
  found.push({ rule: 'keyed-value', start, end, from });
  return end;
}

/** Returns the number of characters at the start of a value that decide whether the value is secret. */
function headLength(text: string, start: number, search: Search): number {
  // Within the value that was scanned last, no character ends a value.
  let end = Math.min(start + HEAD_LENGTH, Math.max(start, search.scannedTo));
  while (end - start < HEAD_LENGTH && !endsValue(text, end, start)) end++;
  search.scannedTo = end;
  while (isClosing(text.charAt(end - 1))) end--;
  return end - start;
}

/** Returns the end of an unquoted value. */
function valueEnd(text: string, start: number): number {
  let end = start;
  while (!endsValue(text, end, start)) end++;
  // Backslashes before a quote are part of the quote of the string that contains the value.
  if (quoteAt(text, end) !== undefined) while (text[end - 1] === '\\') end--;
  // The closing bracket in `f(token=abc)` is not part of the value. The `!` in `?password=abc!&x=1` is part of it.
  while (text[end] !== '<' && text[end] !== '&' && isClosing(text.charAt(end - 1))) end--;
  return end;
}

const isClosing = (character: string): boolean => ')]}.:!?'.includes(character);

/** Table by character code. 1 marks whitespace, quotes and separators, which end a value. */
const ENDS = new Uint8Array(256);
for (let code = 0; code <= 32; code++) ENDS[code] = 1;
for (const character of '"\'`&,;<>\u00a0') ENDS[character.charCodeAt(0)] = 1;

function endsValue(text: string, at: number, start: number): boolean {
  const code = text.charCodeAt(at);
  if (!(code < ENDS.length)) return at === text.length || code === 0x2028 || code === 0x2029;
  return ENDS[code] === 1 && !isApostrophe(text, at, start);
}

const isBlank = (code: number): boolean => code === 32 || code === 9;

/** Returns the offset of the end of the name before a separator. Skips a quote and its backslashes, a bracket, and spaces. */
function separatorStart(text: string, at: number): number {
  let end = at;
  let gap = 0;
  while (at - end < MAX_SLASHES) {
    const code = text.charCodeAt(end - 1);
    if (code !== BACKSLASH) {
      if (gap === MAX_GAP || !GAP.has(code)) break;
      gap++;
    }
    end--;
  }
  return end;
}

/** Characters that may be between a name and its separator: spaces, quotes and brackets. */
const GAP: ReadonlySet<number> = new Set(
  Array.from(
    ' \t\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\ufeff"\'`\\])?|:+',
    (character) => character.charCodeAt(0),
  ),
);

/** Returns the name that ends at `end`; '' if none does. */
function nameBefore(text: string, end: number): string {
  let from = end;
  while (end - from < MAX_NAME && isNameCharacter(text.charCodeAt(from - 1))) from--;
  return text.slice(nameStart(text, from, end), end);
}

/** Returns the start of the name without the letters of an escape before it, such as the `n` in `\npassword`. */
function nameStart(text: string, from: number, end: number): number {
  // `;`, `:` and `?` precede the last parameter of a terminal sequence, as in `[1;32mpassword`.
  if (!beginsEscape(text.charCodeAt(from - 1)) && !/[;:?]/.test(text.charAt(from - 1))) return from;
  let at = Math.min(end, from + MAX_ESCAPE_END);
  while (at > from && escapeBefore(text, at) === undefined) at--;
  return at;
}

/** Whether the character is a letter, a digit, or one of `_-.`. */
const isNameCharacter = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 95 ||
  code === HYPHEN ||
  code === 46;
