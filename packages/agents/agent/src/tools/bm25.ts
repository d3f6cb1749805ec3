import { UNSPACED, unaccented } from '@majordomo/core/toolkit';

/** Function that returns the positions of the documents that contain at least one word of the query, best match first. */
export type TextIndex = (query: string) => readonly number[];

// Usual constants of BM25: k1, the weight of repeated words, and b, the weight of a document's length.
const REPETITION = 1.2;
const LENGTH = 0.75;

/** Returns a full-text index, ranked by BM25. Frequent words have little weight, so no list of stop words is needed. */
export function createIndex(documents: readonly string[]): TextIndex {
  const counts = new Map<string, Map<number, number>>();
  const lengths = documents.map((text, at) => {
    const words = wordsOf(text);
    for (const word of words) {
      const byDocument = counts.get(word) ?? new Map<number, number>();
      counts.set(word, byDocument.set(at, (byDocument.get(at) ?? 0) + 1));
    }
    return words.length;
  });
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  return (query) => {
    const scores = new Map<number, number>();
    for (const word of new Set(wordsOf(query))) {
      const found = counts.get(word);
      if (found === undefined) continue;
      const rarity = Math.log(1 + (documents.length - found.size + 0.5) / (found.size + 0.5));
      for (const [at, count] of found) {
        const relativeLength = (lengths[at] ?? 0) / average;
        const weight = count + REPETITION * (1 - LENGTH + LENGTH * relativeLength);
        scores.set(at, (scores.get(at) ?? 0) + (rarity * count * (REPETITION + 1)) / weight);
      }
    }
    return [...scores].sort(([a, first], [b, second]) => second - first || a - b).map(([at]) => at);
  };
}

/**
 * Returns the words of a text in lower case and without accents. Splits names at punctuation, digits and changes of case. A letter
 * of a script without spaces is a word. Removes English suffixes.
 */
function wordsOf(text: string): readonly string[] {
  const separated = text
    .replaceAll(/([\p{Ll}\p{N}])(?=\p{Lu})/gu, '$1 ')
    .replaceAll(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ')
    .replaceAll(UNSPACED, ' $& ');
  const words = unaccented(separated).match(/\p{L}+|\p{N}+/gu) ?? [];
  return words.map((word) => word.replace(ENDING, ''));
}

const ENDING = /(?<=\w{3})(?:ations?|ions?|ings?|ers?|ies|ied|ed|es|e|(?<!s)s|(?<![aeiou])y)$/;
