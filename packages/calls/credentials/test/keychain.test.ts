import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { suiteFolder } from '@majordomo/test-support';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { secret } from '../src/index.ts';
import { keychainVault, type Keyring } from '../src/node.ts';

/** Creates a keychain in memory that behaves as the documentation of the real one states. */
function fakeKeyring(
  isLocked = (): boolean => false,
  storedEntries: Map<string, string> = new Map(),
): Keyring {
  return {
    Entry: class {
      private readonly at: string;
      constructor(service: string, account: string) {
        this.at = `${service}: ${account}`;
      }
      getPassword(): string | null {
        if (isLocked()) throw new Error(`locked: ${storedEntries.get(this.at) ?? ''}`);
        return storedEntries.get(this.at) ?? null;
      }
      setPassword(password: string): void {
        storedEntries.set(this.at, password);
      }
      deletePassword(): boolean {
        return storedEntries.delete(this.at);
      }
    },
  };
}

const before = process.env['XDG_DATA_HOME'];
const root = suiteFolder();

beforeAll(() => {
  process.env['XDG_DATA_HOME'] = root;
});
afterAll(() => {
  if (before === undefined) delete process.env['XDG_DATA_HOME'];
  else process.env['XDG_DATA_HOME'] = before;
});

it('names the package that the keychain requires', async () => {
  vi.doMock('@napi-rs/keyring', () => {
    throw new Error('no such package');
  });
  try {
    await expect(keychainVault().get('a')).rejects.toMatchObject({
      kind: 'config',
      message: 'the keychain requires @napi-rs/keyring; run npm install @napi-rs/keyring, or use fileVault',
      details: { code: 'missing-package' },
      cause: expect.any(Error) as Error,
    });
  } finally {
    vi.doUnmock('@napi-rs/keyring');
  }
});

describe('a vault in a fake keychain', () => {
  it('rejects a value that is not a credential', async () => {
    const vault = keychainVault({ keyring: fakeKeyring() });
    const other = { kind: 'other' as 'key', value: secret('one') };
    await expect(vault.update('a', () => other)).rejects.toMatchObject({ details: { code: 'vault-entry' } });
    expect(await vault.list()).toEqual([]);
  });

  it('stores, lists and removes entries separately for each service', async () => {
    const keyring = fakeKeyring();
    const vault = keychainVault({ keyring });
    await vault.update('a', () => ({
      kind: 'oauth',
      value: secret('one'),
      refresh: secret('two'),
      expiresAt: 5,
    }));
    await vault.update('b', () => ({ kind: 'key', value: secret('three') }));
    const reader = keychainVault({ keyring });
    const found = await reader.get('a');
    expect([...reader.secrets()]).toEqual(['one', 'two']);
    expect([found?.value.reveal(), found?.refresh?.reveal(), found?.expiresAt]).toEqual(['one', 'two', 5]);
    expect(await vault.list()).toEqual([
      { name: 'a', kind: 'oauth', expiresAt: 5, dead: undefined },
      { name: 'b', kind: 'key', expiresAt: undefined, dead: undefined },
    ]);
    expect(await keychainVault({ keyring, service: 'other' }).list()).toEqual([]);
    await vault.update('a', () => undefined);
    expect((await vault.list()).map(({ name }) => name)).toEqual(['b']);
    expect([...vault.secrets()]).toContain('one');
  });

  it('stores an entry and the list of names under its service, and removes both', async () => {
    const stored = new Map<string, string>();
    const vault = keychainVault({ keyring: fakeKeyring(undefined, stored) });
    await vault.update('a', () => ({ kind: 'key', value: secret('one') }));
    await vault.update('a', () => ({ kind: 'key', value: secret('two'), label: 'work' }));
    expect(stored).toEqual(
      new Map([
        ['majordomo (names): names', '["a"]'],
        ['majordomo: a', '{"kind":"key","value":"two","label":"work"}'],
      ]),
    );
    expect([...vault.secrets()]).toEqual(['one', 'two']);
    stored.delete('majordomo (names): names');
    await vault.update('a', (now) => now);
    expect([...stored.keys()]).toEqual(['majordomo: a']);
    await vault.update('a', () => undefined);
    expect(stored).toEqual(new Map([['majordomo (names): names', '[]']]));
  });

  it.each(['setPassword', 'deletePassword'] as const)(
    'lists each secret after a failure of %s',
    async (method) => {
      const stored = new Map<string, string>();
      const { Entry } = fakeKeyring(undefined, stored);
      class Failing extends Entry {
        [method](): never {
          throw new Error('unavailable');
        }
      }
      const add = () => ({ kind: 'key', value: secret('one') }) as const;
      await keychainVault({ keyring: { Entry } }).update('a', add);
      const failing = keychainVault({ keyring: { Entry: Failing } });
      await expect(failing.update('a', () => undefined)).rejects.toMatchObject({ kind: 'config' });
      expect((await failing.list()).map(({ name }) => name)).toEqual(stored.has('majordomo: a') ? ['a'] : []);
    },
  );

  it.each<[string, string, readonly string[]]>([
    ['with names that are not strings', '["a", 1, null]', ['a']],
    ['that is not JSON', '["a"', []],
    ['that is not a list', '"a"', []],
    ['with a name without an entry', '["a", "b"]', ['a']],
  ])('lists the entries of a list of names %s', async (_list, names, expected) => {
    const stored = new Map([
      ['majordomo (names): names', names],
      ['majordomo: a', '{"kind":"key","value":"one"}'],
    ]);
    const vault = keychainVault({ keyring: fakeKeyring(undefined, stored) });
    expect((await vault.list()).map(({ name }) => name)).toEqual(expected);
  });

  it.each(['{', '{"kind":"key"}'])('reports the entry %j of another application', async (text) => {
    const stored = new Map([['majordomo: a', text]]);
    const vault = keychainVault({ keyring: fakeKeyring(undefined, stored) });
    await expect(vault.get('a')).rejects.toMatchObject({
      kind: 'config',
      message: `the keychain's entry "a" was not written by majordomo; remove it, or set another service`,
      details: { code: 'vault-corrupt' },
    });
  });

  it.skipIf(process.platform === 'win32')(
    'has its lock in the data folder, which is not a symbolic link',
    async () => {
      const home = join(root, 'home');
      const vault = keychainVault({ keyring: fakeKeyring() });
      const change = () => vault.update('a', () => ({ kind: 'key', value: secret('one') }));
      process.env['XDG_DATA_HOME'] = home;
      try {
        await change();
        expect(existsSync(join(home, 'majordomo', 'keychain.lock'))).toBe(true);
        rmSync(join(home, 'majordomo'), { recursive: true });
        symlinkSync(root, join(home, 'majordomo'));
        await expect(change()).rejects.toMatchObject({ details: { code: 'vault-path' } });
      } finally {
        process.env['XDG_DATA_HOME'] = root;
      }
    },
  );

  it('accepts any name, with line breaks or equal to the name of its index', async () => {
    const vault = keychainVault({ keyring: fakeKeyring() });
    const names = ['a\nb', '', ' names', 'names', '["x"]', '🔑'];
    for (const name of names) await vault.update(name, () => ({ kind: 'key', value: secret(`of ${name}`) }));
    expect((await vault.list()).map(({ name }) => name)).toEqual(names);
    expect((await vault.get('names'))?.value.reveal()).toBe('of names');
  });

  it('loses no update when many run at once', async () => {
    const vault = keychainVault({ keyring: fakeKeyring() });
    await Promise.all(
      Array.from({ length: 10 }, () =>
        vault.update('n', (now) => ({
          kind: 'key',
          value: secret(String(Number(now?.value.reveal() ?? 0) + 1)),
        })),
      ),
    );
    expect((await vault.get('n'))?.value.reveal()).toBe('10');
  });

  it('does not overwrite the entry of a process that has taken over the lock', async () => {
    const folder = join(root, 'majordomo', 'keychain.lock');
    const keyring = fakeKeyring();
    const late = keychainVault({ keyring });
    const updating = late.update('a', async () => {
      for (const claim of readdirSync(folder)) rmSync(join(folder, claim));
      await keychainVault({ keyring }).update('a', () => ({ kind: 'key', value: secret('new') }));
      return { kind: 'key', value: secret('late') };
    });
    await expect(updating).rejects.toMatchObject({ kind: 'config', details: { code: 'vault-lock-lost' } });
    expect((await late.get('a'))?.value.reveal()).toBe('new');
  });

  it('reports a refusal of the keychain without secrets', async () => {
    let isLocked = false;
    const vault = keychainVault({ keyring: fakeKeyring(() => isLocked) });
    await vault.update('a', () => ({ kind: 'key', value: secret('hunter2') }));
    isLocked = true;
    await expect(vault.get('a')).rejects.toMatchObject({
      kind: 'config',
      message: 'the keychain is unavailable; unlock it, allow this application to use it, or use fileVault',
      details: { code: 'keychain' },
      cause: expect.any(Error) as Error,
    });
    await expect(vault.get('a')).rejects.not.toThrow('hunter2');
  });
});
