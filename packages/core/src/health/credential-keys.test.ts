import { expect, it } from 'vitest';
import { CredentialKeys } from './tracker.ts';

it('names a credential by its target, its value and the process', () => {
  const keys = new CredentialKeys('salt');
  const key = keys.of('a/x', 'sk-1');
  expect(key).toMatch(/^a\/x\n[0-9a-z]+$/);
  expect(new CredentialKeys('salt').of('a/x', 'sk-1')).toBe(key);
  expect(new CredentialKeys('other').of('a/x', 'sk-1')).not.toBe(key);
  expect(new CredentialKeys().of('a/x', 'sk-1')).not.toBe(new CredentialKeys().of('a/x', 'sk-1'));
});

it('tells two credentials of one target apart, in any order, and one of two targets', () => {
  const keys = new CredentialKeys('salt');
  const first = keys.of('a/x', 'sk-1');
  const second = keys.of('a/x', 'sk-2');
  expect(second).not.toBe(first);
  expect(keys.of('a/x', 'sk-1')).toBe(first);
  expect(keys.of('a/y', 'sk-1')).not.toBe(first);
});
