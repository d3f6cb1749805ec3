import { UNSPACED, wordsOf } from '@majordomo/core/toolkit';

/** Returns the indexed form of a string: NFC, with spaces around each letter of a script without word spaces. */
export const toIndexText = (text: string): string => text.normalize('NFC').replace(UNSPACED, ' $& ');

/** Returns a query of the index for words that start with the given words, or `undefined` if no word is given. */
export function queryOf(words: string): string | undefined {
  const phrases = wordsOf(words).map((word) => `"${toIndexText(word).replaceAll('"', ' ').trim()}"*`);
  return phrases.length === 0 ? undefined : phrases.join(' ');
}
