import { expect, it } from 'vitest';
import { languageTag } from './languages.ts';

it.each([
  ['de', 'de'],
  ['German', 'de'],
  ['mandarin', 'zh'],
  ['constructor', undefined],
  ['', undefined],
  [7, undefined],
])('%j is the language %j', (said, tag) => {
  expect(languageTag(said)).toBe(tag);
});
