import { expect, it } from 'vitest';
import { foldText } from './fold-text.ts';

const tags = (text: string): string =>
  text.replaceAll(/[ -~]/g, (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0)));

it.each([
  ['Plain', 'plain'],
  ['Ａ ｂ', 'a b'],
  ['ﬁx…', 'fix...'],
  ['𝐁old', 'bold'],
  ['É', 'é'],
  ['a\u00a0b', 'a b'],
  [`a.${tags('Hi, you~')}b`, 'a. hi, you~ b'],
  ['\u{e007f}\ud800', '\u{e007f}\ud800'],
])('folds %j to %j', (text, folded) => {
  expect(foldText(text).text).toBe(folded);
});

it('returns the original offset of each character', () => {
  const { text, originAt } = foldText(`ﬁ𝐁${tags('x')}a`);
  expect(text).toBe('fib x a');
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(originAt)).toEqual([0, 0, 1, 3, 3, 5, 5, 6]);
  expect(foldText('Abc').originAt(2)).toBe(2);
});
