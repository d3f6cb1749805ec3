import { expect, it } from 'vitest';
import { platformOf } from './platform.ts';

const env = { GOOGLE_GEMINI_BASE_URL: 'http://gemini.lan', GOOGLE_VERTEX_BASE_URL: 'http://vertex.lan' };

it.each([
  ['the Gemini API', {}, 'http://gemini.lan'],
  ['Vertex', { vertexai: true }, 'http://vertex.lan'],
  ['an explicit base URL', { baseURL: 'http://own.lan' }, 'http://own.lan'],
])('uses the base URL of %s', (_name, options, expected) => {
  expect(platformOf(options, env).baseURL).toBe(expected);
});

it('uses the vendor without a variable', () => {
  expect(platformOf({}, {}).baseURL).toBe('https://generativelanguage.googleapis.com');
});

it.each([
  ['global', {}, 'https://aiplatform.googleapis.com'],
  ['a region', { location: 'europe-west4' }, 'https://europe-west4-aiplatform.googleapis.com'],
  ['the multi-region eu', { location: 'eu' }, 'https://aiplatform.eu.rep.googleapis.com'],
  ['express mode', { apiKey: 'key' }, 'https://aiplatform.googleapis.com'],
])('uses the host of %s on Vertex without a variable', (_name, options, expected) => {
  expect(platformOf({ vertexai: true, ...options }, {}).baseURL).toBe(expected);
});
