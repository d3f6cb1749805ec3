import { unaccented, UNSPACED, wordsOf } from '@majordomo/core/toolkit';

/** Number of characters at the beginning of a message that are indexed. A `tsvector` has at most 1 MB. */
const MAX_LENGTH = 100_000;
/** Maximum number of indexed words per message. PostgreSQL stores positions only up to 16,383. */
const MAX_WORDS = 16_000;

/** Returns the words of a string with their positions, as a `tsvector`. Words consist of letters and digits. */
export function toVector(text: string): string {
  const words = tokensOf(text.slice(0, MAX_LENGTH)).slice(0, MAX_WORDS);
  return words.map((word, index) => `'${word}':${index + 1}`).join(' ');
}

/**
 * Returns the query as a `tsquery`, or `undefined` for a query without words. All words must occur, each as the beginning of a
 * word (`:*`). A word that consists of several tokens must occur as their sequence (`<->`).
 */
export function toQuery(query: string): string | undefined {
  const phrases = wordsOf(query).map((word) => {
    const tokens = tokensOf(word).map((token) => `'${token}'`);
    return `(${tokens.join(' <-> ')}:*)`;
  });
  return phrases.length === 0 ? undefined : phrases.join(' & ');
}

/** Maximum length of a word, in characters. PostgreSQL accepts words of up to 2,046 bytes. */
const MAX_WORD = 500;

const tokensOf = (text: string): readonly string[] =>
  unaccented(text)
    .normalize('NFC')
    .replace(UNSPACED, ' $& ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => Array.from(word).slice(0, MAX_WORD).join(''));
