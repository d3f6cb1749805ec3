import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';
import { beforeEach, describe, expect, it } from 'vitest';
import { LlmError } from '@majordomo/core';
import { memoryVault, secret, vaultKey, type StoredCredential } from '../src/index.ts';
import { fileVault } from '../src/node.ts';
import { failureOf } from './support/outcomes.ts';
import { waitForExit, killAndWait, nextOutput, start } from './support/processes.ts';

let root: string;
let path: string;

beforeEach(() => {
  root = testFolder();
  path = join(root, 'data', 'majordomo', 'vault.json');
});

const key = (value: string): StoredCredential => ({ kind: 'key', value: secret(value) });
const configErrorOf = async (run: Promise<unknown>): Promise<LlmError> => {
  const error = await failureOf(run);
  expect(error.kind).toBe('config');
  return error;
};
// Windows has no permissions in file modes, and symbolic links need a privilege.
const IS_WINDOWS = process.platform === 'win32';
const modeOf = (file: string): number => statSync(file).mode & 0o777;

describe('a vault in a file', () => {
  it('stores entries for other processes', async () => {
    const stored: StoredCredential = {
      kind: 'oauth',
      value: secret('access-1'),
      refresh: secret('refresh-1'),
      issuedAt: 11,
      expiresAt: 12,
      dead: 'revoked',
      label: 'me',
    };
    const publicMembers = { kind: 'oauth', issuedAt: 11, expiresAt: 12, dead: 'revoked', label: 'me' };
    await fileVault({ path }).update('codex', () => stored);
    const { value, refresh, ...others } = (await fileVault({ path }).get('codex'))!;
    expect([value.reveal(), refresh?.reveal(), others]).toEqual(['access-1', 'refresh-1', publicMembers]);
    const entry = { value: 'access-1', refresh: 'refresh-1', ...publicMembers };
    const text = readFileSync(path, 'utf8');
    expect(JSON.parse(text)).toEqual({ version: 1, entries: { codex: entry } });
    expect(text).toMatch(/^\{\n {2}"version": 1,\n[^]*\}\n$/);
    expect(await fileVault({ path }).list()).toEqual([
      { name: 'codex', kind: 'oauth', expiresAt: 12, dead: 'revoked' },
    ]);
    await fileVault({ path }).update('codex', () => undefined);
    expect(await fileVault({ path }).get('codex')).toBeUndefined();
  });

  it('ignores members of a wrong type in its file', async () => {
    const invalidMembers = { refresh: 1, issuedAt: '1', expiresAt: '2', dead: 3, label: 4 };
    const entries = {
      a: { kind: 'oauth', value: 'v', ...invalidMembers },
      b: { kind: 'key', value: 'w', refresh: '' },
    };
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, JSON.stringify({ version: 1, entries }));
    const vault = fileVault({ path });
    const { value, ...others } = (await vault.get('a'))!;
    expect([value.reveal(), Object.values(others)]).toEqual([
      'v',
      ['oauth', undefined, undefined, undefined, undefined, undefined],
    ]);
    expect((await vault.get('b'))?.refresh).toBeUndefined();
  });

  it('is not written if a change returns the same entry', async () => {
    const vault = fileVault({ path });
    expect(await vault.update('a', (now) => now)).toBeUndefined();
    expect(existsSync(path)).toBe(false);
    await vault.update('a', () => key('v'));
    const { ino, mtimeMs } = statSync(path);
    expect((await vault.update('a', (now) => now))?.value.reveal()).toBe('v');
    expect([statSync(path).ino, statSync(path).mtimeMs]).toEqual([ino, mtimeMs]);
  });

  it('does not overwrite the entries of a process that has taken over the lock', async () => {
    const late = fileVault({ path });
    await late.update('a', () => key('old'));
    const error = await configErrorOf(
      late.update('a', async () => {
        const [claim = ''] = readdirSync(`${path}.lock`);
        rmSync(join(`${path}.lock`, claim));
        await fileVault({ path }).update('a', () => key('new'));
        return key('late');
      }),
    );
    expect([error.details.code, error.message]).toEqual([
      'vault-lock-lost',
      `${path}: another process has taken over the lock while this process was suspended, so nothing was written; call update again`,
    ]);
    expect((await late.get('a'))?.value.reveal()).toBe('new');
    expect(readdirSync(join(path, '..')).toSorted()).toEqual(['vault.json', 'vault.json.lock']);
    expect(readdirSync(`${path}.lock`)).toEqual([]);
    await late.update('a', () => key('again'));
    expect((await late.get('a'))?.value.reveal()).toBe('again');
  });

  it.skipIf(IS_WINDOWS)(
    'does not create its claim again after a process has taken over the lock',
    async () => {
      await configErrorOf(
        fileVault({ path }).update('a', () => {
          rmSync(`${path}.lock`, { recursive: true });
          return key('late');
        }),
      );
      expect(existsSync(path)).toBe(false);
    },
  );

  it('reports a file that cannot be written, and leaves no claim', async () => {
    const error = await configErrorOf(
      fileVault({ path }).update('a', () => {
        mkdirSync(path);
        return key('v');
      }),
    );
    expect([error.message.replace(/E[A-Z]+/, 'CODE'), error.details.code]).toEqual([
      `the vault ${path} cannot be written (CODE); choose another path, or repair this one`,
      'vault-path',
    ]);
    expect(error.cause).toBeInstanceOf(Error);
    expect(readdirSync(join(path, '..')).toSorted()).toEqual(['vault.json', 'vault.json.lock']);
  });

  it('reports a folder that cannot be created', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(
      await configErrorOf(fileVault({ path: join(file, 'v.json') }).update('a', () => key('v'))),
    ).toMatchObject({
      message: `the vault ${file} cannot be created as a folder for keys (EEXIST); choose another path, or repair this one`,
      details: { code: 'vault-path' },
      cause: expect.any(Error) as Error,
    });
  });

  it('rejects a file of more than 16 MiB', async () => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '{"version":1,"entries":{}}'.padEnd(2 ** 24));
    expect(await fileVault({ path }).list()).toEqual([]);
    writeFileSync(path, ' ', { flag: 'a' });
    expect((await configErrorOf(fileVault({ path }).list())).message).toBe(
      `the vault ${path} has 16777217 bytes, more than 16777216; choose another path, or repair this one`,
    );
  });

  it('is empty without a file, and creates none to read', async () => {
    expect(await fileVault({ path }).get('any')).toBeUndefined();
    expect(await fileVault({ path }).list()).toEqual([]);
    expect(existsSync(join(root, 'data'))).toBe(false);
  });

  it('returns the secrets that this process has read, and no others', async () => {
    await fileVault({ path }).update('a', () => key('first-value'));
    await fileVault({ path }).update('b', () => key('second-value'));
    const vault = fileVault({ path });
    await vault.get('a');
    expect([...vault.secrets()]).toEqual(['first-value']);
    await vault.update('b', () => key('third-value'));
    expect([...vault.secrets()]).toEqual(['first-value', 'second-value', 'third-value']);
  });

  it.skipIf(IS_WINDOWS).each([0o000, 0o022, 0o077])(
    'is readable by its owner only, under umask %o',
    async (mask) => {
      const before = process.umask(mask);
      try {
        await fileVault({ path }).update('a', () => key('value'));
      } finally {
        process.umask(before);
      }
      expect([modeOf(path), modeOf(join(path, '..'))]).toEqual([0o600, 0o700]);
    },
  );

  it.skipIf(IS_WINDOWS)('removes added permissions with the next write', async () => {
    const vault = fileVault({ path });
    await vault.update('a', () => key('value'));
    chmodSync(path, 0o644);
    await vault.update('a', () => key('other'));
    expect(modeOf(path)).toBe(0o600);
  });

  it.skipIf(IS_WINDOWS)('does not follow symbolic links', async () => {
    mkdirSync(join(path, '..'), { recursive: true });
    const elsewhere = join(root, 'elsewhere.json');
    writeFileSync(elsewhere, '{"version":1,"entries":{}}');
    symlinkSync(elsewhere, path);
    const message = (place: string): string =>
      `the vault ${place} is a symbolic link, which is not allowed for keys; choose another path, or repair this one`;
    expect((await configErrorOf(fileVault({ path }).get('a'))).message).toBe(message(path));
    expect((await configErrorOf(fileVault({ path }).update('a', () => key('v')))).message).toBe(
      message(path),
    );
    const linked = join(root, 'linked');
    symlinkSync(join(root, 'data'), linked);
    expect(
      (await configErrorOf(fileVault({ path: join(linked, 'v.json') }).update('a', () => key('v')))).message,
    ).toBe(message(linked));
    expect(readFileSync(elsewhere, 'utf8')).toBe('{"version":1,"entries":{}}');
  });

  it('rejects a folder as its path', async () => {
    mkdirSync(path, { recursive: true });
    const message = `the vault ${path} is not a file; choose another path, or repair this one`;
    for (const run of [
      () => fileVault({ path }).get('a'),
      () => fileVault({ path }).update('a', () => key('v')),
    ])
      expect(await configErrorOf(run())).toMatchObject({ message, details: { code: 'vault-path' } });
  });

  it('reports a path that cannot be read', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(await configErrorOf(fileVault({ path: join(file, 'v.json') }).get('a'))).toMatchObject({
      kind: 'config',
      message: `the vault ${join(file, 'v.json')} cannot be read (ENOTDIR); choose another path, or repair this one`,
      cause: expect.any(Error) as Error,
      details: { code: 'vault-path' },
    });
  });

  it('does not change a file of a newer version', async () => {
    await fileVault({ path }).update('a', () => key('v'));
    const newer = readFileSync(path, 'utf8').replace('"version": 1', '"version": 2');
    writeFileSync(path, newer);
    for (const run of [
      () => fileVault({ path }).get('a'),
      () => fileVault({ path }).list(),
      () => fileVault({ path }).update('a', () => key('w')),
    ]) {
      expect(await configErrorOf(run())).toMatchObject({
        message: `${path} has version 2, newer than the supported version 1, and was not changed; update @majordomo/credentials`,
        details: { code: 'vault-version' },
      });
    }
    expect(readFileSync(path, 'utf8')).toBe(newer);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"version":1}',
    '{"version":1,"entries":[]}',
    '{"version":1,"entries":{"a":{"kind":"key"}}}',
    '{"version":1,"entries":{"a":{"kind":"key","value":""}}}',
    '\0\0\0',
    '{"version":"1","entries":{}}',
    '{"version":0,"entries":{}}',
    '{"version":1,"entries":{"a":null}}',
    '{"version":1,"entries":{"a":{"kind":"other","value":"v"}}}',
    '{"entries":{}}',
    '['.repeat(100_000),
  ])('that is corrupt (%j) is copied to a backup and never treated as empty', async (text) => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    const backups: string[] = [];
    const vault = fileVault({ path, onCorrupt: (backup) => backups.push(backup) });
    const error = await configErrorOf(vault.get('a'));
    expect(error.details.code).toBe('vault-corrupt');
    expect(error.message).toBe(
      `${path} is not a vault and was copied to ${backups[0]}; repair the file, or remove it to start with an empty vault`,
    );
    expect(backups[0]?.replace(/[0-9a-f]{12}$/, '')).toBe(`${path}.corrupt-`);
    expect(readFileSync(backups[0] ?? '', 'utf8')).toBe(text);
    if (!IS_WINDOWS) expect(modeOf(backups[0] ?? '')).toBe(0o600);
    writeFileSync(backups[0] ?? '', 'repaired');
    expect((await configErrorOf(vault.update('a', () => key('v')))).details.code).toBe('vault-corrupt');
    expect(new Set(backups).size).toBe(1);
    expect(readFileSync(backups[0] ?? '', 'utf8')).toBe('repaired');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('that is corrupt and cannot be copied is reported without a backup', async () => {
    // The name of the copy would exceed the maximum length of a file name.
    const long = join(path, '..', 'v'.repeat(250));
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(long, '{');
    const backups: string[] = [];
    const vault = fileVault({ path: long, onCorrupt: (backup) => backups.push(backup) });
    expect((await configErrorOf(vault.get('a'))).message).toBe(
      `${long} is not a vault; repair the file, or remove it to start with an empty vault`,
    );
    expect(backups).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the log is full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the log is full'))],
  ])('that is corrupt is reported although onCorrupt %s', async (_how, onCorrupt) => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, 'nonsense');
    const vault = fileVault({ path, onCorrupt });
    for (const access of [() => vault.get('a'), () => vault.list(), () => vault.update('a', () => key('v'))])
      expect((await configErrorOf(access())).details.code).toBe('vault-corrupt');
  });

  it('reports a corrupt file without its content', async () => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '{"version":1,"entries":{"a":{"kind":"key","value":"hunter2-secret" nonsense');
    const error = await configErrorOf(fileVault({ path }).get('a'));
    expect(`${error.message} ${String(error.cause)} ${JSON.stringify(error)}`).not.toContain('hunter2');
  });

  it('stays unchanged if a change throws', async () => {
    const vault = fileVault({ path });
    await vault.update('a', () => key('v'));
    await expect(vault.update('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await vault.get('a'))?.value.reveal()).toBe('v');
  });

  it('is read again for every attempt of a provider', async () => {
    const vault = fileVault({ path });
    const source = vaultKey(vault, 'spare');
    const requestKey = (): Promise<string> | string =>
      typeof source === 'function'
        ? source({ signal: new AbortController().signal, rejected: undefined })
        : source;
    await expect(requestKey()).rejects.toMatchObject({
      kind: 'auth',
      message: 'the vault has no entry "spare"; store a key under this name',
      details: { code: 'missing-key' },
    });
    await fileVault({ path }).update('spare', () => key('one'));
    expect(await requestKey()).toBe('one');
    await fileVault({ path }).update('spare', () => key('two'));
    expect(await requestKey()).toBe('two');
    await fileVault({ path }).update('spare', () => ({ ...key('two'), dead: 'revoked' }));
    await expect(requestKey()).rejects.toMatchObject({
      kind: 'auth',
      message: '"spare" needs a new login: revoked',
      details: { code: 'login-required', status: 401 },
    });
  });
});

describe('several processes', () => {
  it('lose no update when three write at the same time', async () => {
    const [one, two] = [
      start('writer-process.ts', path, 'count', '50'),
      start('writer-process.ts', path, 'count', '50'),
    ];
    const vault = fileVault({ path });
    const updates = Array.from({ length: 10 }, () =>
      vault.update('count', (now) => key(String(Number(now?.value.reveal() ?? 0) + 1))),
    );
    await Promise.all([...updates, waitForExit(one), waitForExit(two)]);
    expect((await vault.get('count'))?.value.reveal()).toBe('110');
    expect(readdirSync(join(path, '..')).filter((file) => file.endsWith('.tmp'))).toEqual([]);
    expect(readdirSync(`${path}.lock`)).toEqual([]);
  }, 60_000);

  it('leave a complete vault when they are killed while writing', async () => {
    // Number of writes. SOAK=1, as in the nightly run, makes 200.
    const writes = process.env['SOAK'] === undefined ? 21 : 200;
    const vault = fileVault({ path });
    let last = 0;
    for (let round = 0; last < writes && round < 40; round++) {
      const child = start('writer-process.ts', path, 'count');
      let reported = last;
      await new Promise<void>((resolve) => {
        child.stdout?.on('data', (chunk: Buffer) => {
          reported = Number(chunk.toString().trim().split('\n').at(-1));
          // The process is killed during the next write.
          if (reported >= last + 7) resolve();
        });
      });
      await killAndWait(child);
      const now = Number((await vault.get('count'))?.value.reveal());
      // Reported writes are stored. The interrupted write may be stored.
      expect(now).toBeGreaterThanOrEqual(reported);
      last = now;
    }
    expect(last).toBeGreaterThanOrEqual(writes);
    await vault.update('count', (now) => now);
  }, 120_000);

  it('get the lock of a killed process, but not that of a live one', async () => {
    const holder = start('holder-process.ts', path);
    expect(await nextOutput(holder)).toBe('held\n');
    let isDone = false;
    const waiting = fileVault({ path })
      .update('a', () => key('v'))
      .then(() => (isDone = true));
    const other = start('writer-process.ts', path, 'count', '1');
    // Time in which a writer without a lock reports its first write.
    const unlockedWriter = start('writer-process.ts', join(root, 'free', 'vault.json'), 'count', '3');
    await waitForExit(unlockedWriter);
    expect(isDone).toBe(false);
    expect(existsSync(path)).toBe(false);
    await killAndWait(holder);
    await waiting;
    await waitForExit(other);
    expect((await fileVault({ path }).list()).map(({ name }) => name).sort()).toEqual(['a', 'count']);
  }, 60_000);
});

describe('a claim of the lock', () => {
  const TWO_MINUTES_AGO = new Date(Date.now() - 120_000);
  const startHolder = async (): Promise<{ readonly holder: ChildProcess; readonly claim: string }> => {
    const holder = start('holder-process.ts', path);
    await nextOutput(holder);
    return { holder, claim: readdirSync(`${path}.lock`)[0] ?? '' };
  };

  it('of a killed process is removed, and other files are not', async () => {
    const { holder } = await startHolder();
    await killAndWait(holder);
    writeFileSync(join(`${path}.lock`, 'other-file'), '');
    await fileVault({ path }).update('a', () => key('w'));
    expect(readdirSync(`${path}.lock`)).toEqual(['other-file']);
  }, 60_000);

  it('of another machine ends one minute after its last renewal', async () => {
    const { holder, claim } = await startHolder();
    await killAndWait(holder);
    const otherClaim = join(`${path}.lock`, claim.replace(/[\w-]+$/, 'elsewhere'));
    renameSync(join(`${path}.lock`, claim), otherClaim);
    utimesSync(otherClaim, new Date(), new Date());
    let isDone = false;
    const waiting = fileVault({ path })
      .update('a', () => key('w'))
      .then(() => (isDone = true));
    await waitForExit(start('writer-process.ts', join(root, 'free', 'vault.json'), 'count', '3'));
    expect(isDone).toBe(false);
    utimesSync(otherClaim, TWO_MINUTES_AGO, TWO_MINUTES_AGO);
    await waiting;
    expect(readdirSync(`${path}.lock`)).toEqual([]);
  }, 60_000);
});

describe.each([
  ['a file', () => fileVault({ path })],
  ['memory', memoryVault],
] as const)('a vault in %s', (_, create) => {
  it.each<[string, unknown]>([
    ['of no kind', { kind: 'other', value: secret('sk-two') }],
    ['whose value is a plain string', { kind: 'key', value: 'sk-two' }],
    ['whose value is blank', { kind: 'key', value: { reveal: () => ' ' } }],
    ['that is null', null],
  ])('rejects a credential %s and leaves the stored one', async (_case, invalid) => {
    const vault = create();
    await vault.update('one', () => key('sk-one'));
    const error = await configErrorOf(vault.update('two', () => invalid as StoredCredential));
    expect([error.details.code, error.message]).toEqual([
      'vault-entry',
      `the change function for "two" must return { kind: 'key' or 'oauth', value: secret(…) } or undefined; nothing was written`,
    ]);
    expect((await vault.get('one'))?.value.reveal()).toBe('sk-one');
    expect((await vault.list()).map(({ name }) => name)).toEqual(['one']);
  });

  it('runs the updates of an entry one after the other, also after a failure', async () => {
    const vault = create();
    let running = 0;
    let mostRunning = 0;
    const change = async (text: string): Promise<StoredCredential> => {
      mostRunning = Math.max(mostRunning, ++running);
      await vault.get('one');
      running--;
      if (text === 'fails') throw new LlmError('config', 'no');
      return key(text);
    };
    const failed = configErrorOf(vault.update('one', () => change('fails')));
    const others = Array.from({ length: 3 }, (_each, at) =>
      vault.update('one', (now) => change(`${now?.value.reveal() ?? ''} ${at}`)),
    );
    await Promise.all([failed, ...others]);
    const value = (await vault.get('one'))?.value.reveal();
    expect(value?.trim().split(' ').toSorted()).toEqual(['0', '1', '2']);
    expect(mostRunning).toBe(1);
  });

  it('removes an entry, and returns the secrets that it has read or written', async () => {
    const vault = create();
    await vault.update('one', () => ({ ...key('sk-one'), expiresAt: 1, dead: 'revoked' }));
    await vault.update('two', () => ({ ...key('sk-two'), refresh: secret('refresh-two') }));
    expect(await vault.list()).toEqual([
      { name: 'one', kind: 'key', expiresAt: 1, dead: 'revoked' },
      { name: 'two', kind: 'key', expiresAt: undefined, dead: undefined },
    ]);
    expect(await vault.update('one', () => undefined)).toBeUndefined();
    expect([await vault.get('one'), (await vault.list()).map(({ name }) => name)]).toEqual([
      undefined,
      ['two'],
    ]);
    expect([...vault.secrets()].toSorted()).toEqual(['refresh-two', 'sk-one', 'sk-two']);
  });
});
