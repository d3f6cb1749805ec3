import type { Effort } from '@majordomo/core';
import { EFFORTS } from '@majordomo/core/toolkit';
import type { QuirkValues } from '@majordomo/wire-kit';

/** A comma list of these words. */
export const wordsOf = <Word extends string>(words: readonly Word[]): QuirkValues<readonly Word[]> => ({
  takes: `a comma list of ${words.join(', ')}`,
  read(text) {
    const list = text.split(',').map((each) => words.find((word) => word === each));
    return list.every((word) => word !== undefined) ? list : undefined;
  },
});

/** A whole number from 0 on, or the word. */
export const countOr = <Word extends string>(word: Word): QuirkValues<number | Word> => ({
  takes: `a whole number or ${word}`,
  read: (text) => (text === word ? word : /^\d+$/.test(text) ? Number(text) : undefined),
});

/** Efforts that have a word on these wires whatever the model; `none` is said in other ways too. */
export const SENT_EFFORTS: readonly Exclude<Effort, 'none'>[] = EFFORTS.filter((effort) => effort !== 'none');
