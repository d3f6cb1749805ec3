import type { Message } from '../types/messages.ts';
import { truncateText } from './bytes.ts';

/**
 * Letters of scripts without spaces between words. A search index stores these letters separately. Use it only with `replace` and
 * `match`: because of the flag `g`, the result of `test` depends on the previous call.
 */
export const UNSPACED: RegExp =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*/gu;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const MAX_TITLE = 80;
/** Number of characters before the match in an excerpt. */
const EXCERPT_LEAD = 30;
const MAX_EXCERPT = 120;

/** Returns the text of a message for display and search, without reasoning and bytes. */
export function textOf({ parts }: Message): string {
  const texts = parts.flatMap((part) => {
    if (part.type === 'text') return [part.text];
    if (!('content' in part)) return [];
    return part.content.flatMap((piece) => (piece.type === 'text' ? [piece.text] : []));
  });
  return texts.join('\n');
}

/** Returns the words of a query that contain a letter or a digit. */
export const wordsOf = (query: string): readonly string[] =>
  query
    .normalize('NFC')
    .split(/\s+/u)
    .filter((word) => LETTER_OR_DIGIT.test(word));

/** Returns the beginning of the first user message with text, as a title; an empty string if no such message exists. */
export function titleOf(messages: readonly Message[]): string {
  const first = messages.find((message) => message.role === 'user' && textOf(message).trim() !== '');
  return first === undefined ? '' : titleFrom(textOf(first));
}

/** Returns a string as a title on one line, truncated to 80 characters. */
export const titleFrom = (text: string): string => truncate(onOneLine(text), MAX_TITLE);

/** Returns about 120 characters of a string around the first match of a query, or its beginning if nothing matches. */
export function excerptOf(text: string, query: string): string {
  const line = onOneLine(text);
  const plain = unaccented(line);
  // If `unaccented` changes the length, offsets in the two strings do not match.
  const places =
    plain.length === line.length ? wordsOf(query).map((word) => plain.indexOf(unaccented(word))) : [];
  /** `Infinity` if nothing matches. */
  const firstMatch = Math.min(...places.filter((place) => place >= 0));
  const at = firstMatch - EXCERPT_LEAD;
  if (firstMatch === Infinity || at <= 0) return truncate(line, MAX_EXCERPT);
  return `…${truncate(sliceFrom(line, at), MAX_EXCERPT)}`;
}

/** Returns a string in lower case and without accents. */
export const unaccented = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

const onOneLine = (text: string): string => text.replace(/\s+/gu, ' ').trim();

/** Returns the rest of a string from the position `at`, without splitting a surrogate pair. */
const sliceFrom = (text: string, at: number): string =>
  text.slice(/[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at + 1 : at);

const truncate = (text: string, most: number): string =>
  text.length <= most ? text : `${truncateText(text, most - 1)}…`;

/**
 * Escapes characters that databases cannot store in a text column: U+0000 and lone surrogates. Also escapes the backslash, so
 * that the results for two different strings always differ. JSON does not need this function, because `JSON.stringify` escapes
 * these characters.
 */
export const toStoredText = (value: string): string =>
  value.replace(/[\0\\\p{Surrogate}]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Returns the original of a string that `toStoredText` escaped. */
export const fromStoredText = (text: string): string =>
  text.replace(/\\u([\da-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/**
 * Returns a time in milliseconds as an integer for a store, which adds its current time to it. Throws for NaN before the store runs,
 * because Redis does not roll back a failed script.
 */
export function storableMs(ms: number, what: string): number {
  if (Number.isNaN(ms)) throw new RangeError(`${what}: must be a number, not NaN`);
  // Half of the maximum leaves room for the current time.
  return Math.ceil(Math.min(ms, Number.MAX_SAFE_INTEGER / 2));
}
