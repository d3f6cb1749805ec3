import { expect, test } from 'vitest';
import { checkModelId } from './clients.ts';

test.each([
  'gpt-x',
  '@cf/meta/llama-4-scout-17b-16e-instruct',
  'models/gemini-3.8-flash',
  'projects/p/locations/l/endpoints/1',
  'qwen3:30b',
  'ärger',
  'a..b',
])('accepts %s', (id) => {
  expect(() => {
    checkModelId(id, 'p/m');
  }).not.toThrow();
});

test.each([
  '',
  '..',
  '../x',
  'a/../b',
  './a',
  'a//b',
  '/a',
  'a/',
  'a?b',
  'a#b',
  'a%2fb',
  '%2e%2e/x',
  'a\\b',
  'a b',
  'a\nb',
  'a\u0000b',
])('rejects %j', (id) => {
  expect(() => {
    checkModelId(id, 'p/m');
  }).toThrow(
    expect.objectContaining({
      kind: 'invalid-request',
      details: expect.objectContaining({ target: 'p/m' }) as object,
    }),
  );
});
