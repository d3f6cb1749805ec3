import { cutEnd } from '../transcript/cut-middle.ts';
import { trimTail } from '../transcript/trim-tail.ts';

const WORDS = 7;
const MAX_LENGTH = 60;
/** Maximum length of a title without a space, as in Chinese or Japanese. */
const MAX_UNSPACED_LENGTH = 24;

/** Returns a title from the first words of a text, or `undefined` for a text without words. */
export function firstWords(text: string): string | undefined {
  const line = text.split('\n').find((one) => /[\p{L}\p{N}]/u.test(one)) ?? '';
  const [sentence = ''] = line
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .split(/(?<=[.!?。！？])\s?/u);
  const words = sentence.split(' ').slice(0, WORDS).join(' ');
  const most = words.includes(' ') ? MAX_LENGTH : MAX_UNSPACED_LENGTH;
  const title = trimTail(cutEnd(words, most), ' .,:;!?。！？、，');
  return title === '' ? undefined : title;
}
