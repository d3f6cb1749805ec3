import { expect, it } from 'vitest';
import type { McpEndpoint } from '../options.ts';
import { secretsOf } from './secrets.ts';

it.each<[McpEndpoint, readonly string[]]>([
  [{ command: 'x' }, []],
  [{ command: 'x', env: { A: '1234567' } }, []],
  [{ command: 'x', env: { A: '12345678' } }, ['12345678', '12345678']],
  [
    { command: 'x', env: { A: 'first-line\nshort\nlast line', B: 5 as never } },
    ['first-line\nshort\nlast line', 'first-line', 'last line'],
  ],
  [{ url: 'https://a.example' }, []],
  [{ url: 'https://a.example', credential: 'key' }, ['key']],
  [{ url: 'https://a.example', credential: () => 'key' }, []],
  [
    { url: 'https://a.example', credential: 'key', headers: { a: 'Bearer token-123', b: 'x' } },
    ['key', 'Bearer token-123', 'token-123'],
  ],
])('the secrets of %j are %j', (place, secrets) => {
  expect(secretsOf(place)).toEqual(secrets);
});
