import { expect, it } from 'vitest';
import { languageTag } from './languages.ts';

it.each([
  ['de', 'de'],
  ['German', 'de'],
  ['mandarin', 'zh'],
  ['constructor', undefined],
  ['', undefined],
  [7, undefined],
])('returns the language tag of %j: %j', (input, tag) => {
  expect(languageTag(input)).toBe(tag);
});
