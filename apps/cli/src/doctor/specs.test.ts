import { expect, it } from 'vitest';
import { flawIn } from './specs.ts';

it.each([
  ['openai://tok@host/v1', undefined],
  ['openai+http://[::1]:8000/v1?a=b', undefined],
  ['://tok@host', 0],
  ['open ai://host', 4],
  ['x://', 4],
  ['x://tok@', 8],
  ['  x://a@b@h h', 10],
])('%s goes wrong at %s', (value, at) => {
  expect(flawIn(value)).toBe(at);
});
