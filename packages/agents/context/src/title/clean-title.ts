import { withoutThinking } from '../model/without-thinking.ts';
import { cutEnd } from '../transcript/cut-middle.ts';
import { trimTail } from '../transcript/trim-tail.ts';

const MAX_LENGTH = 80;

/** Returns the title in a response, without quotes, markup or a prefix such as `Title:`; `undefined` if no line has words. */
export function cleanTitle(text: string): string | undefined {
  const lines = withoutThinking(text).split('\n').map(withoutDecoration);
  const title = lines.find((line) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(line));
  return title === undefined ? undefined : cutToWords(title, MAX_LENGTH);
}

/** Cuts a text to `maxLength` characters with an ellipsis, after a complete word, or after a character if words are too long. */
function cutToWords(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const cut = cutEnd(text, maxLength - 1);
  const end = cut.lastIndexOf(' ');
  return `${trimTail(end > maxLength / 2 ? cut.slice(0, end) : cut, ' .,:;–-')}…`;
}

const QUOTES: readonly string[] = [
  '""',
  "''",
  '``',
  '“”',
  '„“',
  '„”',
  '‘’',
  '«»',
  '»«',
  '「」',
  '『』',
  '**',
  '__',
];

function withoutDecoration(line: string): string {
  let title = line.replaceAll(/\s+/gu, ' ');
  // Repeat, because decorations can be nested, such as quotes around `**Title:**`.
  for (let before = ''; before !== title;) {
    before = title;
    title = title
      .replace(
        /^(?:#{1,6}\s|[-*]\s|(?:\*\*)?(?:title|titel|titre|título|titolo|标题|タイトル|제목)(?:\*\*)?\s?[:：](?:\*\*)?)/iu,
        '',
      )
      .trim();
    if (QUOTES.includes(title.slice(0, 1) + title.slice(-1))) title = title.slice(1, -1);
    title = title.replace(/(?<![.\s])[.。]$/u, '');
  }
  return title;
}
