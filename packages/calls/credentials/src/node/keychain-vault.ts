import { LlmError } from '@majordomo/core';
import { asList, checkOptions, tryParseJson, type KindsOf } from '@majordomo/core/toolkit';
import { dirname, join } from 'node:path';
import { formatEntry, checkEntry, parseEntry } from '../vault/format.ts';
import { KnownSecrets } from '../vault/known-secrets.ts';
import { vaultEntry, type StoredCredential, type Vault } from '../vault/vault.ts';
import { withLock, type Lock } from './file-lock.ts';
import { prepareFolder } from './vault-file.ts';
import { defaultVaultPath } from './vault-path.ts';

/** Part of `@napi-rs/keyring` that the vault uses. */
export interface Keyring {
  readonly Entry: new (
    service: string,
    account: string,
  ) => {
    getPassword(): string | null;
    setPassword(password: string): void;
    deletePassword(): boolean;
  };
}

type Entry = InstanceType<Keyring['Entry']>;

/** Options of `keychainVault`. */
export interface KeychainVaultOptions {
  /** Name of the service to which the entries belong in the keychain. `@default 'majordomo'` */
  readonly service?: string | undefined;
  /** Module to use instead of `@napi-rs/keyring`, for a bundle or a test. @default `@napi-rs/keyring` */
  readonly keyring?: Keyring | undefined;
}

const KINDS: KindsOf<KeychainVaultOptions> = { service: 'string', keyring: true };

/** Name of the entry that contains the names of all entries as JSON, because keychains cannot list their entries. */
const NAMES = 'names';

/**
 * Returns a vault in the system's keychain. `get`, `update` and `list` reject with `config` if `@napi-rs/keyring` is not
 * installed or the keychain refuses access.
 */
export function keychainVault(options: KeychainVaultOptions = {}): Vault {
  checkOptions('keychainVault', options, KINDS);
  const { service = 'majordomo', keyring } = options;
  const knownSecrets = new KnownSecrets();
  let loading: Promise<Keyring> | undefined;
  const load = (): Promise<Keyring> =>
    (loading ??= keyring === undefined ? loadKeyring() : Promise.resolve(keyring));
  const entryOf = async (account: string): Promise<Entry> => new (await load()).Entry(service, account);
  // The index belongs to a separate service, so that an entry of a caller may have its name.
  const indexOf = async (): Promise<Entry> => new (await load()).Entry(`${service} (${NAMES})`, NAMES);
  const read = (entry: Entry): string | undefined => useKeychain(() => entry.getPassword() ?? undefined);
  const get = async (name: string): Promise<StoredCredential | undefined> => {
    const text = read(await entryOf(name));
    const entry = text === undefined ? undefined : parseStored(text, name);
    knownSecrets.add(entry);
    return entry;
  };
  const names = async (): Promise<readonly string[]> => namesIn(read(await indexOf()));
  const put = async (name: string, next: StoredCredential | undefined, lock: Lock): Promise<void> => {
    const entry = await entryOf(name);
    const index = await indexOf();
    const others = (await names()).filter((other) => other !== name);
    await lock.check();
    // The keychain may fail between the two writes. `list` omits a name without an entry, but it would not find a secret whose name
    // is missing, so the name is written before the secret and removed after it.
    useKeychain(() => {
      if (next === undefined) entry.deletePassword();
      index.setPassword(JSON.stringify([...others, ...(next === undefined ? [] : [name])]));
      if (next !== undefined) entry.setPassword(JSON.stringify(formatEntry(next)));
    });
  };
  return {
    get,
    async update(name, change) {
      const folder = join(dirname(defaultVaultPath()), 'keychain.lock');
      await prepareFolder(folder);
      return withLock(folder, async (lock) => {
        const now = await get(name);
        const next = checkEntry(await change(now), name);
        knownSecrets.add(next);
        if (next !== now) await put(name, next, lock);
        return next;
      });
    },
    async list() {
      const found = await Promise.all((await names()).map(async (name) => [name, await get(name)] as const));
      return found.flatMap(([name, entry]) => (entry === undefined ? [] : [vaultEntry(name, entry)]));
    },
    secrets: () => knownSecrets.all(),
  };
}

/** Returns the names of the entries. If another application wrote the text, returns no names. */
const namesIn = (text: string | undefined): readonly string[] =>
  text === undefined ? [] : asList(tryParseJson(text)).filter((name) => typeof name === 'string');

async function loadKeyring(): Promise<Keyring> {
  // Bundlers would resolve an import of a literal, but the package is optional.
  const name: string = '@napi-rs/keyring';
  try {
    return (await import(name)) as Keyring;
  } catch (cause) {
    throw new LlmError(
      'config',
      `the keychain requires ${name}; run npm install ${name}, or use fileVault`,
      { code: 'missing-package' },
      { cause },
    );
  }
}

function useKeychain<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new LlmError(
      'config',
      'the keychain is unavailable; unlock it, allow this application to use it, or use fileVault',
      { code: 'keychain' },
      { cause },
    );
  }
}

function parseStored(text: string, name: string): StoredCredential {
  try {
    return parseEntry(JSON.parse(text), name);
  } catch {
    throw new LlmError(
      'config',
      `the keychain's entry ${JSON.stringify(name)} was not written by majordomo; remove it, or set another service`,
      { code: 'vault-corrupt' },
    );
  }
}
