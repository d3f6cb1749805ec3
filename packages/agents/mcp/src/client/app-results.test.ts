import { expect, it } from 'vitest';
import { AppResults } from './app-results.ts';

const content = [{ type: 'text' as const, text: 'Shown.' }];
const resultFor = (user: string) => ({ content, structuredContent: { user } });

it('returns the complete result of a call', () => {
  const results = new AppResults();
  results.add('call_0', resultFor('ann'));
  expect(results.resultOf('call_0', content)).toEqual(resultFor('ann'));
});

it('does not return the result of another run whose call has the same id and content', () => {
  const results = new AppResults();
  results.add('call_0', resultFor('ann'));
  results.add('call_0', resultFor('bob'));
  expect(results.resultOf('call_0', content)).toEqual({ content });
  expect(results.resultOf('call_0', undefined)).toBeUndefined();
});

it('does not return the result of another run if the result of a call was too long', () => {
  const results = new AppResults();
  results.add('call_0', { content, structuredContent: { text: 'x'.repeat(1024 * 1024) } });
  results.add('call_0', resultFor('bob'));
  expect(results.resultOf('call_0', content)).toEqual({ content });
});

it('stores the latest 100 results', () => {
  const results = new AppResults();
  results.add('a', resultFor('ann'));
  for (let at = 0; at < 100; at++) results.add('b', resultFor('bob'));
  expect(results.resultOf('a', content)).toEqual({ content });
  expect(results.resultOf('b', content)).toEqual(resultFor('bob'));
});
