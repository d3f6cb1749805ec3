import { expect, it } from 'vitest';
import { memoryVault, pooled, vaultKey } from '../src/index.ts';
import { fileVault, keychainVault } from '../src/node.ts';

const wrong = 1 as never;
const create = (): never => {
  throw new Error('must not be called');
};

it.each<[string, () => unknown]>([
  ['fileVault: path must be a string', () => fileVault({ path: wrong })],
  ['fileVault: onCorrupt must be a function', () => fileVault({ onCorrupt: wrong })],
  ['keychainVault: service must be a string', () => keychainVault({ service: wrong })],
  ['vaultKey: vault', () => vaultKey(wrong, 'a')],
  ['vaultKey: vault is missing', () => vaultKey(undefined as never, 'a')],
  ['vaultKey: name must be a string', () => vaultKey(memoryVault(), wrong)],
  ['vaultKey: name is missing', () => vaultKey(memoryVault(), undefined as never)],
  ['pooled: create must be a function', () => pooled(wrong, { keys: ['a'] })],
  ['pooled: create is missing', () => pooled(undefined as never, { keys: ['a'] })],
  ['pooled: keys is missing', () => pooled(create, {} as never)],
])('rejects a wrong argument: %s', (message, run) => {
  expect(run).toThrow(message);
});
