import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { resolve } from 'node:path';
import { keepable } from '../vault/format.ts';
import { Seen } from '../vault/seen.ts';
import { listed, type Vault } from '../vault/vault.ts';
import { withLock } from './file-lock.ts';
import { prepareFolder, readVault, sweep, writeVault } from './vault-file.ts';
import { defaultVaultPath } from './vault-path.ts';

/** Where the file lies, and who hears when it is no vault. */
export interface FileVaultOptions {
  /** Default: the XDG data folder of majordomo. */
  readonly path?: string | undefined;
  /** Told where a text that is no vault was copied to, before the call rejects. */
  readonly onCorrupt?: ((backup: string) => void) | undefined;
}

const KINDS: KindsOf<FileVaultOptions> = { path: 'string', onCorrupt: 'function' };

/** One JSON file, 0600 in a 0700 folder, written whole, locked across processes. Default: the XDG data folder of majordomo. */
export function fileVault(options: FileVaultOptions = {}): Vault {
  checkOptions('fileVault', options, KINDS);
  const { path: place, onCorrupt } = options;
  const path = resolve(place ?? defaultVaultPath());
  const seen = new Seen();
  return {
    async get(name) {
      const entry = (await readVault(path, onCorrupt)).get(name);
      seen.note(entry);
      return entry;
    },
    async update(name, change) {
      await prepareFolder(path);
      // Before the lock too: a path that is none is told of at once.
      await readVault(path, onCorrupt);
      return withLock(`${path}.lock`, async () => {
        await sweep(path);
        const entries = new Map(await readVault(path, onCorrupt));
        const now = entries.get(name);
        seen.note(now);
        const next = keepable(await change(now), name);
        seen.note(next);
        if (next === now) return next;
        if (next === undefined) entries.delete(name);
        else entries.set(name, next);
        await writeVault(path, entries);
        return next;
      });
    },
    async list() {
      return [...(await readVault(path, onCorrupt))].map(([name, entry]) => listed(name, entry));
    },
    secrets: () => seen.all(),
  };
}
