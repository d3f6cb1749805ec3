import { expect, it } from 'vitest';
import { secret } from '../secret.ts';
import { checkEntry, formatVault, parseVault } from './format.ts';

const revealed = (text: string): unknown =>
  [...parseVault(text, 'vault.json')].map(([name, { value, refresh, ...rest }]) => [
    name,
    value.reveal(),
    refresh?.reveal(),
    rest,
  ]);

it('writes each member of the entries, and reads them again', () => {
  const entry = {
    kind: 'oauth',
    value: secret('v'),
    refresh: secret('r'),
    issuedAt: 1,
    expiresAt: 2,
    dead: 'revoked',
    label: 'mine',
  } as const;
  const text = formatVault(
    new Map<string, Parameters<typeof checkEntry>[0] & {}>([
      ['a', entry],
      ['b', { kind: 'key', value: secret('k') }],
    ]),
  );
  expect(text).toBe(
    `${JSON.stringify({ version: 1, entries: { a: { ...entry, value: 'v', refresh: 'r' }, b: { kind: 'key', value: 'k' } } }, undefined, 2)}\n`,
  );
  const { value: _value, refresh: _refresh, ...rest } = entry;
  expect(revealed(text)).toEqual([
    ['a', 'v', 'r', rest],
    ['b', 'k', undefined, { kind: 'key' }],
  ]);
});

it('ignores optional members of another type, and an empty refresh token', () => {
  const invalidMembers = {
    kind: 'key',
    value: 'k',
    refresh: 1,
    issuedAt: '1',
    expiresAt: '2',
    dead: 3,
    label: 4,
  };
  const entries = { a: invalidMembers, b: { kind: 'key', value: 'k', refresh: '' } };
  expect(revealed(JSON.stringify({ version: 1, entries }))).toEqual([
    ['a', 'k', undefined, { kind: 'key' }],
    ['b', 'k', undefined, { kind: 'key' }],
  ]);
});

it.each<[unknown, string]>([
  [[], 'the text is not an object'],
  [null, 'the text is not an object'],
  ['text', 'the text is not an object'],
  [{ entries: {} }, 'the version is missing'],
  [{ version: 0, entries: {} }, 'the version is missing'],
  [{ version: '2', entries: {} }, 'the version is missing'],
  [{ version: 1 }, 'entries is not an object'],
  [{ version: 1, entries: { a: 'key' } }, 'a is not an object'],
  [{ version: 1, entries: { a: { kind: 'key' } } }, 'the entry a is incomplete'],
  [{ version: 1, entries: { a: { kind: 'other', value: 'k' } } }, 'the entry a is incomplete'],
  [
    { version: 2, entries: {} },
    'vault.json has version 2, newer than the supported version 1, and was not changed; update @majordomo/credentials',
  ],
])('does not read %j: %s', (content, message) => {
  expect(() => parseVault(JSON.stringify(content), 'vault.json')).toThrow(
    expect.objectContaining({ message }) as Error,
  );
});

it.each([{}, { kind: 'key', value: 'text' }, { kind: 'other', value: secret('k') }])(
  'rejects the new entry %j',
  (entry) => {
    expect(() => checkEntry(entry as never, 'a "b"')).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: `the change function for "a \\"b\\"" must return { kind: 'key' or 'oauth', value: secret(…) } or undefined; nothing was written`,
        details: expect.objectContaining({ code: 'vault-entry' }) as object,
      }) as Error,
    );
  },
);
