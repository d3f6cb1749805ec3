import { truncateText, type Message } from '@majordomo/core';

/** Pattern of scripts without spaces between words, whose letters are indexed separately. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*/gu;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Returns the text of a message for display and search, without reasoning and bytes. */
export function textOf({ parts }: Message): string {
  const texts = parts.flatMap((part) => {
    if (part.type === 'text') return [part.text];
    if (part.type !== 'tool-result') return [];
    return part.content.flatMap((piece) => (piece.type === 'text' ? [piece.text] : []));
  });
  return texts.join('\n');
}

/** Returns a text in the form that the index uses. */
export const toIndexText = (text: string): string => text.normalize('NFC').replace(UNSPACED, ' $& ');

/** Returns the query for the index with quoted words, or `undefined` for an empty query. */
export function queryOf(words: string): string | undefined {
  const phrases = wordsOf(words).map((word) => `"${toIndexText(word).replaceAll('"', ' ').trim()}"*`);
  return phrases.length === 0 ? undefined : phrases.join(' ');
}

const MAX_TITLE = 80;

/** Returns the start of the first question. */
export function titleOf(messages: readonly Message[]): string {
  const first = messages.find((message) => message.role === 'user' && textOf(message).trim() !== '');
  return first === undefined ? '' : lineOf(textOf(first));
}

/** Returns a string as a title. */
export const lineOf = (text: string): string => truncate(onOneLine(text), MAX_TITLE);

const EXCERPT_LEAD = 30;
const MAX_EXCERPT = 120;

/** Returns the text around the first match. */
export function excerptOf(text: string, words: string): string {
  const line = onOneLine(text);
  const plain = unaccented(line);
  // If removing accents changes the length, the offsets do not match.
  const places =
    plain.length === line.length ? wordsOf(words).map((word) => plain.indexOf(unaccented(word))) : [];
  const at = Math.max(0, Math.min(...places.filter((place) => place >= 0), Infinity) - EXCERPT_LEAD);
  if (at === 0 || at === Infinity) return truncate(line, MAX_EXCERPT);
  return `…${truncate(sliceFrom(line, at), MAX_EXCERPT)}`;
}

const wordsOf = (words: string): readonly string[] =>
  words
    .normalize('NFC')
    .split(/\s+/u)
    .filter((word) => LETTER_OR_DIGIT.test(word));

const onOneLine = (text: string): string => text.replace(/\s+/gu, ' ').trim();

const unaccented = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Returns the rest of the text without splitting a surrogate pair. */
const sliceFrom = (text: string, at: number): string =>
  text.slice(/[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at + 1 : at);

const truncate = (text: string, most: number): string =>
  text.length <= most ? text : `${truncateText(text, most - 1)}…`;
