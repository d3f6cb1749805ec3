import { existsSync } from 'node:fs';
import type { Credential, LlmError } from '@majordomo/core';
import type { VaultEntry } from '@majordomo/credentials';
import type { LoginConfig } from './login-config.ts';
import type { Io } from '../program/io.ts';
import { locatePackage } from '../program/load-package.ts';
import { loadCredentials, userVault } from './load-credentials.ts';
import { loginOf } from './logins.ts';

/** Backend that needs a key. */
interface KeyUser {
  /** Id of the backend, which is also the name of its entry. */
  readonly id: string;
  /** Option that receives a login, and further options for a login. If absent, the option `apiKey` receives the login. */
  readonly loginAs?: { readonly option: string; readonly options: Readonly<Record<string, unknown>> };
}

/** Entries of the user's vault, without values. */
export interface StoredKeys {
  readonly path: string;
  readonly entries: readonly VaultEntry[];
  /** Error that occurred when the vault was read. */
  readonly error: Error | undefined;
  /** Returns the provider's options with the backend's entry, or `{}` without an entry. The value is read for every attempt. */
  optionsFor(backend: KeyUser): Readonly<Record<string, unknown>>;
}

/** Opens the vault. Returns `undefined` if no vault exists, or if the package is not installed. */
export async function openStoredKeys(
  logins: Readonly<Record<string, LoginConfig>>,
  io: Pick<Io, 'cwd' | 'env' | 'home'>,
): Promise<StoredKeys | undefined> {
  if (locatePackage('@majordomo/credentials', io.cwd) === undefined) return undefined;
  const { path, vault } = await userVault(io, 'the vault');
  if (!existsSync(path)) return undefined;
  const credentials = await loadCredentials(io, 'the vault');
  const { entries, error } = await listEntries(vault.list());
  const sourceOf = ({ name, kind }: VaultEntry): Credential => {
    const plain = credentials.vaultKey(vault, name);
    if (kind === 'key') return plain;
    try {
      const { options } = loginOf(name, undefined, logins, credentials, io);
      return credentials.oauth({ ...options, vault, name }).credential;
    } catch {
      // Without a valid configuration of the login, its token cannot be refreshed. Use the token until the vendor rejects it.
      return plain;
    }
  };
  return {
    path,
    entries,
    error,
    optionsFor({ id, loginAs }) {
      const entry = entries.find(({ name }) => name === id);
      if (entry === undefined) return {};
      return entry.kind === 'oauth' && loginAs !== undefined
        ? { ...loginAs.options, [loginAs.option]: sourceOf(entry) }
        : { apiKey: sourceOf(entry) };
    },
  };
}

/** Lists the entries. A vault that cannot be read is reported only when one of its keys is needed. */
async function listEntries(
  list: Promise<readonly VaultEntry[]>,
): Promise<{ readonly entries: readonly VaultEntry[]; readonly error: Error | undefined }> {
  try {
    return { entries: await list, error: undefined };
  } catch (error) {
    return { entries: [], error: error as LlmError };
  }
}
