import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { resolve } from 'node:path';
import { checkEntry } from '../vault/format.ts';
import { KnownSecrets } from '../vault/known-secrets.ts';
import { vaultEntry, type Vault } from '../vault/vault.ts';
import { withLock } from './file-lock.ts';
import { prepareFolder, readVault, writeVault } from './vault-file.ts';
import { defaultVaultPath } from './vault-path.ts';

/** Options of `fileVault`. */
export interface FileVaultOptions {
  /** Path of the file. `@default defaultVaultPath()` */
  readonly path?: string | undefined;
  /** Listener for an invalid file. Receives the path of the backup copy before the vault's method rejects. @default none */
  readonly onCorrupt?: ((backup: string) => void) | undefined;
}

const KINDS: KindsOf<FileVaultOptions> = { path: 'string', onCorrupt: 'function' };

/** Returns a vault in one JSON file with mode 0600, written atomically and locked across processes. */
export function fileVault(options: FileVaultOptions = {}): Vault {
  checkOptions('fileVault', options, KINDS);
  const { onCorrupt } = options;
  const path = resolve(options.path ?? defaultVaultPath());
  const knownSecrets = new KnownSecrets();
  return {
    async get(name) {
      const entry = (await readVault(path, onCorrupt)).get(name);
      knownSecrets.add(entry);
      return entry;
    },
    async update(name, change) {
      await prepareFolder(path);
      // Read the vault before the lock too, so that an invalid file is reported without waiting for the lock.
      await readVault(path, onCorrupt);
      return withLock(`${path}.lock`, async ({ claim }) => {
        const entries = new Map(await readVault(path, onCorrupt));
        const now = entries.get(name);
        knownSecrets.add(now);
        const next = checkEntry(await change(now), name);
        knownSecrets.add(next);
        if (next === now) return next;
        if (next === undefined) entries.delete(name);
        else entries.set(name, next);
        await writeVault(path, entries, claim);
        return next;
      });
    },
    async list() {
      return [...(await readVault(path, onCorrupt))].map(([name, entry]) => vaultEntry(name, entry));
    },
    secrets: () => knownSecrets.all(),
  };
}
