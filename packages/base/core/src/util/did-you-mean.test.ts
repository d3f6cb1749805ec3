import { expect, it } from 'vitest';
import { didYouMean, nearestName } from './did-you-mean.ts';

const providers = ['x', 'openai', 'anthropic', 'google', 'xai', 'zai', 'ollama', 'ollama-cloud'];

it.each([
  ['opnai', 'openai'],
  ['OpenAI', 'openai'],
  ['anthropci', 'anthropic'],
  ['olama', 'ollama'],
  ['ollama_cloud', 'ollama-cloud'],
  ['xia', 'xai'],
  ['gogole', 'google'],
  ['z', undefined],
  ['grok', undefined],
  ['', undefined],
  ['constructor', undefined],
  ['o'.repeat(100_000), undefined],
])('the nearest name of %s is %s', (word, expected) => {
  expect(nearestName(word, providers)).toBe(expected);
});

it('returns the end of a sentence, or an empty string', () => {
  expect(didYouMean('opnai', providers)).toBe('; did you mean "openai"?');
  expect(didYouMean('grok', providers)).toBe('');
});
