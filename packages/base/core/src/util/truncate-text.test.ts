import { expect, it } from 'vitest';
import { truncateText } from './bytes.ts';

it.each([
  ['abc', 3, 'abc'],
  ['abc', 2, 'ab'],
  ['a😀b', 1, 'a'],
  ['a😀b', 2, 'a'],
  ['a😀b', 3, 'a😀'],
  ['😀', 1, ''],
  ['abc', 0, ''],
])('%s truncated to %i is %j', (text, maxLength, expected) => {
  expect(truncateText(text, maxLength)).toBe(expected);
});
