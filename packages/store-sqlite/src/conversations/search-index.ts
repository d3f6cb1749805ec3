import { UNSPACED, wordsOf } from '@majordomo/core/toolkit';

/** Returns a string in its indexed form: normalized, and with spaces around letters of scripts without word spaces. */
export const toIndexText = (text: string): string => text.normalize('NFC').replace(UNSPACED, ' $& ');

/** Returns a query of the index for words that start with the given words, or `undefined` if no word is given. */
export function queryOf(words: string): string | undefined {
  const phrases = wordsOf(words).map((word) => `"${toIndexText(word).replaceAll('"', ' ').trim()}"*`);
  return phrases.length === 0 ? undefined : phrases.join(' ');
}
