import { expect, it } from 'vitest';
import { CredentialKeys } from './tracker.ts';

it('credential keys depend on the target, the value and the process', () => {
  const keys = new CredentialKeys('salt');
  const key = keys.keyOf('a/x', 'sk-1');
  expect(key).toMatch(/^a\/x\n[0-9a-z]+$/);
  expect(new CredentialKeys('salt').keyOf('a/x', 'sk-1')).toBe(key);
  expect(new CredentialKeys('other').keyOf('a/x', 'sk-1')).not.toBe(key);
  expect(new CredentialKeys().keyOf('a/x', 'sk-1')).not.toBe(new CredentialKeys().keyOf('a/x', 'sk-1'));
});

it('credential keys differ between credentials and between targets', () => {
  const keys = new CredentialKeys('salt');
  const first = keys.keyOf('a/x', 'sk-1');
  const second = keys.keyOf('a/x', 'sk-2');
  expect(second).not.toBe(first);
  expect(keys.keyOf('a/x', 'sk-1')).toBe(first);
  expect(keys.keyOf('a/y', 'sk-1')).not.toBe(first);
});
