import { expect, it } from 'vitest';
import { wireError } from './errors.ts';
import { keyRemedy } from './key-forms.ts';

it.each([
  ['sk-ant-api03-x', ['ACME_API_KEY'], 'check A, whose value has the form of ANTHROPIC_API_KEY'],
  ['AIzaSyAb3d', ['ACME_API_KEY'], 'check A, whose value has the form of GOOGLE_API_KEY'],
  ['AIzaSyAb3d', ['GEMINI_API_KEY'], 'check A'],
  ['sk-ant-api03-x', ['ANTHROPIC_API_KEY'], 'check A'],
  ['sk-ant-api03-x', [], 'check A'],
  ['sk-1234', ['ACME_API_KEY'], 'check A'],
])('keyRemedy of the key %s for the variables %j is "%s"', (key, keyEnv, remedy) => {
  expect(keyRemedy(key, 'A', keyEnv)).toBe(remedy);
});

it.each([
  [401, 'p/m answered 401: no; check A'],
  [403, 'p/m answered 403: no'],
])('the message of an error with status %i is "%s"', (status, message) => {
  const error = wireError({ target: 'p/m', status, message: 'no', keyRemedy: () => 'check A' });
  expect(error.message).toBe(message);
});
