import { expect, test } from 'vitest';
import { memoize } from './memoize.ts';

test('a result is computed once, until the cache is full', () => {
  const computed: string[] = [];
  const lengthOf = memoize((text) => {
    computed.push(text);
    return text === '' ? undefined : text.length;
  }, 2);
  expect(['a', 'a', '', ''].map(lengthOf)).toEqual([1, 1, undefined, undefined]);
  expect(computed).toEqual(['a', '']);
  expect(['a', 'bb', 'bb', 'a'].map(lengthOf)).toEqual([1, 2, 2, 1]);
  expect(computed).toEqual(['a', '', 'bb', 'a']);
});
