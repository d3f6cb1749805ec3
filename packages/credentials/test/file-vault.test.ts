import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LlmError } from '@majordomo/core';
import { memoryVault, secret, vaultKey, type StoredCredential } from '../src/index.ts';
import { fileVault } from '../src/node.ts';
import { ended, killed, said, start } from './support/processes.ts';

let root: string;
let path: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'majordomo-vault-'));
  path = join(root, 'data', 'majordomo', 'vault.json');
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

const key = (value: string): StoredCredential => ({ kind: 'key', value: secret(value) });
const failure = async (run: Promise<unknown>): Promise<LlmError> => {
  const error: unknown = await run.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (LlmError.is(error, 'config')) return error;
  throw new Error(`not a failure of the configuration: ${String(error)}`);
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
      expiresAt: 12,
      label: 'me',
    };
    await fileVault({ path }).update('codex', () => stored);
    const found = await fileVault({ path }).get('codex');
    expect([
      found?.value.reveal(),
      found?.refresh?.reveal(),
      found?.expiresAt,
      found?.label,
      found?.dead,
    ]).toEqual(['access-1', 'refresh-1', 12, 'me', undefined]);
    expect(await fileVault({ path }).list()).toEqual([
      { name: 'codex', kind: 'oauth', expiresAt: 12, dead: undefined },
    ]);
    await fileVault({ path }).update('codex', () => undefined);
    expect(await fileVault({ path }).get('codex')).toBeUndefined();
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
    expect((await failure(fileVault({ path }).get('a'))).message).toContain('symbolic link');
    expect((await failure(fileVault({ path }).update('a', () => key('v')))).message).toContain(
      'symbolic link',
    );
    const linked = join(root, 'linked');
    symlinkSync(join(root, 'data'), linked);
    expect(
      (await failure(fileVault({ path: join(linked, 'v.json') }).update('a', () => key('v')))).message,
    ).toContain('symbolic link');
    expect(readFileSync(elsewhere, 'utf8')).toBe('{"version":1,"entries":{}}');
  });

  it('rejects a folder as its path', async () => {
    mkdirSync(path, { recursive: true });
    expect((await failure(fileVault({ path }).get('a'))).message).toContain('is not a file');
    expect((await failure(fileVault({ path }).update('a', () => key('v')))).message).toContain(
      'is not a file',
    );
  });

  it('reports a path that cannot be read', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(await failure(fileVault({ path: join(file, 'v.json') }).get('a'))).toMatchObject({
      kind: 'config',
      message: expect.stringContaining('cannot be read (ENOTDIR)') as string,
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
      expect((await failure(run())).details.code).toBe('vault-version');
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
    '{"entries":{}}',
    '['.repeat(100_000),
  ])('that is corrupt (%j) is copied to a backup and never treated as empty', async (text) => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    const backups: string[] = [];
    const vault = fileVault({ path, onCorrupt: (backup) => backups.push(backup) });
    const error = await failure(vault.get('a'));
    expect(error.details.code).toBe('vault-corrupt');
    expect(error.message).toContain(backups[0]);
    expect(readFileSync(backups[0] ?? '', 'utf8')).toBe(text);
    if (!IS_WINDOWS) expect(modeOf(backups[0] ?? '')).toBe(0o600);
    expect((await failure(vault.update('a', () => key('v')))).details.code).toBe('vault-corrupt');
    expect(new Set(backups).size).toBe(1);
    expect(readFileSync(path, 'utf8')).toBe(text);
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
    for (const ask of [() => vault.get('a'), () => vault.list(), () => vault.update('a', () => key('v'))])
      expect((await failure(ask())).details.code).toBe('vault-corrupt');
  });

  it('reports a corrupt file without its content', async () => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '{"version":1,"entries":{"a":{"kind":"key","value":"hunter2-secret" nonsense');
    const error = await failure(fileVault({ path }).get('a'));
    expect(`${error.message} ${String(error.cause)} ${JSON.stringify(error)}`).not.toContain('hunter2');
  });

  it('stays unchanged if a change throws', async () => {
    const vault = fileVault({ path });
    await vault.update('a', () => key('v'));
    await expect(vault.update('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await vault.get('a'))?.value.reveal()).toBe('v');
    expect((await vault.update('a', (now) => now))?.value.reveal()).toBe('v');
  });

  it('is read again for every attempt of a provider', async () => {
    const vault = fileVault({ path });
    const source = vaultKey(vault, 'spare');
    const ask = (): Promise<string> | string =>
      typeof source === 'function'
        ? source({ signal: new AbortController().signal, rejected: undefined })
        : source;
    await expect(ask()).rejects.toMatchObject({ kind: 'auth', details: { code: 'missing-key' } });
    await fileVault({ path }).update('spare', () => key('one'));
    expect(await ask()).toBe('one');
    await fileVault({ path }).update('spare', () => key('two'));
    expect(await ask()).toBe('two');
    await fileVault({ path }).update('spare', () => ({ ...key('two'), dead: 'revoked' }));
    await expect(ask()).rejects.toMatchObject({
      kind: 'auth',
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
    const own = Array.from({ length: 10 }, () =>
      vault.update('count', (now) => key(String(Number(now?.value.reveal() ?? 0) + 1))),
    );
    await Promise.all([...own, ended(one), ended(two)]);
    expect((await vault.get('count'))?.value.reveal()).toBe('110');
    expect(readdirSync(join(path, '..')).filter((file) => file.endsWith('.tmp'))).toEqual([]);
    expect(readdirSync(`${path}.lock`)).toEqual([]);
  }, 60_000);

  it('leave a complete vault when they are killed while writing', async () => {
    // SOAK=1, as every night: all of them.
    const writes = process.env['SOAK'] === undefined ? 21 : 200;
    const vault = fileVault({ path });
    let last = 0;
    for (let round = 0; last < writes && round < 40; round++) {
      const child = start('writer-process.ts', path, 'count');
      let seen = last;
      await new Promise<void>((resolve) => {
        child.stdout?.on('data', (chunk: Buffer) => {
          seen = Number(chunk.toString().trim().split('\n').at(-1));
          // Somewhere inside the next write.
          if (seen >= last + 7) resolve();
        });
      });
      await killed(child);
      const now = Number((await vault.get('count'))?.value.reveal());
      // Reported writes are stored. The interrupted write may be stored.
      expect(now).toBeGreaterThanOrEqual(seen);
      last = now;
    }
    expect(last).toBeGreaterThanOrEqual(writes);
    await vault.update('count', (now) => now);
  }, 120_000);

  it('get the lock of a killed process, but not that of a live one', async () => {
    const holder = start('holder-process.ts', path);
    expect(await said(holder)).toBe('held\n');
    let isDone = false;
    const waiting = fileVault({ path })
      .update('a', () => key('v'))
      .then(() => (isDone = true));
    const other = start('writer-process.ts', path, 'count', '1');
    // Time in which a writer without a lock reports its first write.
    const free = start('writer-process.ts', join(root, 'free', 'vault.json'), 'count', '3');
    await ended(free);
    expect(isDone).toBe(false);
    expect(existsSync(path)).toBe(false);
    await killed(holder);
    await waiting;
    await ended(other);
    expect((await fileVault({ path }).list()).map(({ name }) => name).sort()).toEqual(['a', 'count']);
  }, 60_000);
});

describe('a claim of the lock', () => {
  const TWO_MINUTES_AGO = new Date(Date.now() - 120_000);
  const heldClaim = async (): Promise<{ readonly holder: ChildProcess; readonly claim: string }> => {
    const holder = start('holder-process.ts', path);
    await said(holder);
    return { holder, claim: readdirSync(`${path}.lock`)[0] ?? '' };
  };

  it('of a killed process is removed, and other files are not', async () => {
    const { holder } = await heldClaim();
    await killed(holder);
    writeFileSync(join(`${path}.lock`, 'other-file'), '');
    await fileVault({ path }).update('a', () => key('w'));
    expect(readdirSync(`${path}.lock`)).toEqual(['other-file']);
  }, 60_000);

  it('of another machine ends one minute after its last renewal', async () => {
    const { holder, claim } = await heldClaim();
    await killed(holder);
    const left = join(`${path}.lock`, claim.replace(/[\w-]+$/, 'elsewhere'));
    renameSync(join(`${path}.lock`, claim), left);
    utimesSync(left, new Date(), new Date());
    let isDone = false;
    const waiting = fileVault({ path })
      .update('a', () => key('w'))
      .then(() => (isDone = true));
    await ended(start('writer-process.ts', join(root, 'free', 'vault.json'), 'count', '3'));
    expect(isDone).toBe(false);
    utimesSync(left, TWO_MINUTES_AGO, TWO_MINUTES_AGO);
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
    ['whose value is a plain text', { kind: 'key', value: 'sk-two' }],
    ['whose value is blank', { kind: 'key', value: { reveal: () => ' ' } }],
    ['that is null', null],
  ])('rejects a credential %s and leaves the stored one', async (_case, given) => {
    const vault = create();
    await vault.update('one', () => key('sk-one'));
    const error = await failure(vault.update('two', () => given as StoredCredential));
    expect([error.details.code, error.message.includes('sk-two')]).toEqual(['vault-entry', false]);
    expect((await vault.get('one'))?.value.reveal()).toBe('sk-one');
    expect((await vault.list()).map(({ name }) => name)).toEqual(['one']);
  });
});
