import { beginsEscape, escapeBefore, MAX_ESCAPE } from '../escape.ts';
import { isOfWords } from '../keyed/value.ts';
import type { Span } from '../rule.ts';
import { INNER_RULES, TOKEN_RULES, type InnerRule, type TokenRule } from './table.ts';

/** Fixed beginning of the tokens of a rule. */
interface Start {
  readonly text: string;
  readonly rule: TokenRule;
}

const SIZE = 128;

/** Rules by the first two characters of their tokens, so that a single lookup excludes nearly every position of a text. */
const BY_BEGINNING: readonly (readonly Start[] | undefined)[] = (() => {
  const table = Array.from<Start[] | undefined>({ length: SIZE * SIZE });
  for (const rule of TOKEN_RULES) {
    for (const text of rule.starts) {
      const first = text.charCodeAt(0);
      const second = text.charCodeAt(1);
      const seconds = text.length === 1 ? Array.from({ length: SIZE }, (_, code) => code) : [second];
      for (const code of seconds) (table[first * SIZE + code] ??= []).push({ text, rule });
    }
  }
  for (const starts of table) starts?.sort((a, b) => b.text.length - a.text.length);
  return table;
})();

/** Table by character code. 1 marks a character of a word. A token begins at the start of a word. */
const IS_WORD: Uint8Array = Uint8Array.from({ length: SIZE }, (_, code) =>
  /\w/.test(String.fromCharCode(code)) ? 1 : 0,
);
const HYPHEN = 45;
const UNDERSCORE = 95;
/**
 * Minimum length of a fixed beginning that may follow a hyphen or an underscore. A shorter beginning may be part of a compound
 * word.
 */
const MAY_FOLLOW_A_JOIN = 4;

/** Finds tokens by their shape. */
export function findTokens(text: string, found: Span[]): void {
  let latest = 0;
  let lastEscape = -Infinity;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const previous = latest;
    latest = code;
    if (IS_WORD[code] !== 1) {
      if (beginsEscape(code)) lastEscape = at;
      continue;
    }
    // Inside a word, a token can only begin after an escape, such as the `\n` before a key in JSON.
    const isInside = IS_WORD[previous] === 1 && previous !== UNDERSCORE;
    if (isInside && at - lastEscape > MAX_ESCAPE) continue;
    // A second character outside ASCII finds the rules of another character, which `startsWith` then excludes.
    const starts = BY_BEGINNING[code * SIZE + (text.charCodeAt(at + 1) & (SIZE - 1))];
    if (starts === undefined) continue;
    const wordStart = previous === HYPHEN ? startOfHyphen(text, at) : at;
    const from = isInside ? escapeBefore(text, at) : wordStart;
    if (from === undefined) continue;
    const isJoined = previous === UNDERSCORE || (previous === HYPHEN && from === at);
    const end = tokenAt(text, at, starts, isJoined, from, found);
    if (end === undefined) continue;
    at = end - 1;
    latest = text.charCodeAt(at);
  }
  for (const rule of INNER_RULES) findInner(text, rule, found);
}

/**
 * Returns the start of a hyphen before a word, and of an escape before the hyphen. Returns `at` if the hyphen is part of a compound
 * word. A hyphen also begins an item of a list and a line of a diff.
 */
function startOfHyphen(text: string, at: number): number {
  const before = text.charCodeAt(at - 2);
  if (before !== HYPHEN && IS_WORD[before] !== 1) return at - 1;
  return escapeBefore(text, at - 1) ?? at;
}

/**
 * Finds a token at the start of a word, and returns the offset at which the search continues. `isJoined`: whether the word before
 * the token may continue in it. `from`: start of an escape or hyphen before the token; otherwise `at`.
 */
function tokenAt(
  text: string,
  at: number,
  starts: readonly Start[],
  isJoined: boolean,
  from: number,
  found: Span[],
): number | undefined {
  const least = isJoined ? MAY_FOLLOW_A_JOIN : 1;
  for (const { text: start, rule } of starts) {
    if (start.length < least) continue;
    if (!text.startsWith(start, at)) continue;
    rule.anchored.lastIndex = at;
    if (!rule.anchored.test(text)) continue;
    const end = endOfWord(text, rule.anchored.lastIndex);
    // A name such as `my_npm_package_v2` may contain the beginning of a token. It is not searched again from its next words.
    const isName = text.charCodeAt(at - 1) === UNDERSCORE && isOfWords(text.slice(at + start.length, end));
    if (!isName) found.push({ rule: rule.id, start: at, end, from });
    return end;
  }
  return undefined;
}

/** Finds tokens that are recognized by a text at a fixed distance from their start, also within a word. */
function findInner(text: string, { anchor, before, anchored, id }: InnerRule, found: Span[]): void {
  for (let at = text.indexOf(anchor); at !== -1; at = text.indexOf(anchor, at + 1)) {
    const start = at - before;
    if (start < 0) continue;
    // An anchor without characters before it is a part of a host name, whose dots cannot occur in base64.
    const from = before > 0 && isWithinBase64(text, start) ? escapeBefore(text, start) : start;
    if (from === undefined) continue;
    anchored.lastIndex = start;
    if (!anchored.test(text)) continue;
    const end = endOfWord(text, anchored.lastIndex);
    found.push({ rule: id, start, end, from });
    at = end - 1;
  }
}

/** Whether a base64 character precedes the offset. Base64 data may contain any sequence of letters by chance. */
const isWithinBase64 = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at - 1);
  return IS_WORD[code] === 1 || code === PLUS || code === SLASH;
};
const PLUS = 43;
const SLASH = 47;

/** Returns the offset of the end of the word. The complete word is masked, so that no part of a secret remains. */
function endOfWord(text: string, at: number): number {
  let end = at;
  for (let code = text.charCodeAt(end); IS_WORD[code] === 1 || code === HYPHEN;) {
    end++;
    code = text.charCodeAt(end);
  }
  return end;
}
