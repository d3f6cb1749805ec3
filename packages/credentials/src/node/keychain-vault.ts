import { LlmError } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { dirname, join } from 'node:path';
import { formatEntry, keepable, parseEntry } from '../vault/format.ts';
import { Seen } from '../vault/seen.ts';
import { listed, type StoredCredential, type Vault } from '../vault/vault.ts';
import { withLock } from './file-lock.ts';
import { prepareFolder } from './vault-file.ts';
import { defaultVaultPath } from './vault-path.ts';

/** What is used of `@napi-rs/keyring`. */
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

/** Which entries are this app's, and whose keychain it is. */
export interface KeychainVaultOptions {
  /** The name under which the keychain shows the entries. Default `majordomo`. */
  readonly service?: string | undefined;
  /** The module itself, where it comes from elsewhere, such as a bundle or a test. Default: `@napi-rs/keyring`. */
  readonly keyring?: Keyring | undefined;
}

const KINDS: KindsOf<KeychainVaultOptions> = { service: 'string', keyring: true };

/** Keychains cannot list: the names stand, as JSON, in an entry of a service of its own. */
const NAMES = 'names';

/**
 * The system's keychain, where `@napi-rs/keyring` is installed. Every method rejects with `config` where it is not, or
 * where the keychain refuses.
 */
export function keychainVault(options: KeychainVaultOptions = {}): Vault {
  checkOptions('keychainVault', options, KINDS);
  const { service = 'majordomo', keyring } = options;
  const seen = new Seen();
  let loading: Promise<Keyring> | undefined;
  const load = (): Promise<Keyring> =>
    (loading ??= keyring === undefined ? loaded() : Promise.resolve(keyring));
  const entryOf = async (account: string): Promise<Entry> => new (await load()).Entry(service, account);
  const indexOf = async (): Promise<Entry> => new (await load()).Entry(`${service} (${NAMES})`, NAMES);
  const read = (entry: Entry): string | undefined => asked(() => entry.getPassword() ?? undefined);
  const get = async (name: string): Promise<StoredCredential | undefined> => {
    const text = read(await entryOf(name));
    const entry = text === undefined ? undefined : parsed(text, name);
    seen.note(entry);
    return entry;
  };
  const names = async (): Promise<readonly string[]> => namesIn(read(await indexOf()));
  const put = async (name: string, next: StoredCredential | undefined): Promise<void> => {
    const [entry, index] = [await entryOf(name), await indexOf()];
    const others = (await names()).filter((other) => other !== name);
    asked(() => {
      index.setPassword(JSON.stringify([...others, ...(next === undefined ? [] : [name])]));
      if (next === undefined) entry.deletePassword();
      else entry.setPassword(JSON.stringify(formatEntry(next)));
    });
  };
  return {
    get,
    async update(name, change) {
      const lock = join(dirname(defaultVaultPath()), 'keychain.lock');
      await prepareFolder(lock);
      return withLock(lock, async () => {
        const now = await get(name);
        const next = keepable(await change(now), name);
        seen.note(next);
        if (next !== now) await put(name, next);
        return next;
      });
    },
    async list() {
      const found = await Promise.all((await names()).map(async (name) => [name, await get(name)] as const));
      return found.flatMap(([name, entry]) => (entry === undefined ? [] : [listed(name, entry)]));
    },
    secrets: () => seen.all(),
  };
}

/** Somebody else's entry of that name holds no names. */
function namesIn(text: string | undefined): readonly string[] {
  try {
    const names: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

async function loaded(): Promise<Keyring> {
  // Not a literal: bundlers would ask for what is optional.
  const name: string = '@napi-rs/keyring';
  try {
    return (await import(name)) as Keyring;
  } catch (cause) {
    throw new LlmError(
      'config',
      `the keychain needs ${name}: npm install ${name}, or use fileVault`,
      { code: 'missing-package' },
      { cause },
    );
  }
}

function asked<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new LlmError(
      'config',
      'the keychain refused: is it unlocked, and may this app use it?',
      { code: 'keychain' },
      { cause },
    );
  }
}

function parsed(text: string, name: string): StoredCredential {
  try {
    return parseEntry(JSON.parse(text), name);
  } catch {
    throw new LlmError(
      'config',
      `the keychain's entry ${JSON.stringify(name)} is not one of majordomo's: remove it, or take another service`,
      { code: 'vault-corrupt' },
    );
  }
}
