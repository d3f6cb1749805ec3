import { expect, it } from 'vitest';
import { secret } from '../secret.ts';
import { KnownSecrets } from './known-secrets.ts';
import { memoryVault } from './memory-vault.ts';

it('removes the value that was added least recently if there are more than 1,000', () => {
  const known = new KnownSecrets();
  const add = (value: string): void => {
    known.add({ kind: 'key', value: secret(value) });
  };
  for (let at = 0; at < 1000; at++) add(`value-${at}`);
  add('value-0');
  add('new');
  const all = [...known.all()];
  expect([all.length, all.includes('value-0'), all.includes('value-1')]).toEqual([1000, true, false]);
});

it('contains a value of a vault in memory that was read recently', async () => {
  const vault = memoryVault();
  const write = (name: string): Promise<unknown> =>
    vault.update(name, () => ({ kind: 'key', value: secret(name) }));
  for (let at = 0; at < 1000; at++) await write(`value-${at}`);
  await vault.get('value-0');
  await write('new');
  const all = [...vault.secrets()];
  expect([all.includes('value-0'), all.includes('value-1')]).toEqual([true, false]);
});
