import { chmodSync, copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { secret, type StoredCredential } from '../src/index.ts';
import { fileVault } from '../src/node.ts';

// Files of each stored format. WRITE_STORED=1 writes the file of the current format, which never changes after its first release.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, '1.json');
const login: StoredCredential = {
  kind: 'oauth',
  value: secret('not-a-key-1'),
  refresh: secret('not-a-key-2'),
  issuedAt: 1,
  expiresAt: 2,
  label: 'work',
};

it.runIf(process.env['WRITE_STORED'] === '1')('writes the file of the current format', async () => {
  await fileVault({ path: FILE }).update('openai', () => login);
});

const files = readdirSync(WRITTEN).filter((name) => name.endsWith('.json'));

it.each(files)('reads and changes the vault %s', async (name) => {
  const folder = testFolder();
  const path = join(folder, name);
  copyFileSync(join(WRITTEN, name), path);
  chmodSync(path, 0o600);
  const vault = fileVault({ path });
  const found = await vault.get('openai');
  expect([
    found?.kind,
    found?.value.reveal(),
    found?.refresh?.reveal(),
    found?.expiresAt,
    found?.label,
  ]).toEqual(['oauth', 'not-a-key-1', 'not-a-key-2', 2, 'work']);
  await vault.update('groq', () => ({ kind: 'key', value: secret('not-a-key-3') }));
  expect((await vault.get('openai'))?.value.reveal()).toBe('not-a-key-1');
});
