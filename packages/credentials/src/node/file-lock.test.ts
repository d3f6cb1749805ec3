import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LlmError } from '@majordomo/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withLock } from './file-lock.ts';

// Windows has no permissions in file modes, and symbolic links need a privilege.
const IS_WINDOWS = process.platform === 'win32';
const HOST = hostname().replace(/[^\w-]/g, '_');
const NOBODY = 99_999_999;
/** Complete seconds, which every file system stores exactly. */
const NOW = 1_700_000_100_000;

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'majordomo-lock-'));
  folder = join(root, 'data', 'vault.json.lock');
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  rmSync(root, { recursive: true });
});

/** Stores a claim that was renewed `ageMs` before `NOW`. */
function claimed(name: string, ageMs: number): string {
  const renewedAt = new Date(NOW - ageMs);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), '');
  utimesSync(join(folder, name), renewedAt, renewedAt);
  return name;
}

it('runs with a claim in the folder, removes the claim, and returns the result', async () => {
  const run = async (): Promise<readonly string[]> => readdirSync(folder);
  const namesDuringLock = await withLock(folder, run);
  expect(namesDuringLock).toEqual([
    expect.stringMatching(new RegExp(`^${process.pid}\\.[0-9a-f]{16}\\.${HOST}$`)),
  ]);
  expect(readdirSync(folder)).toEqual([]);
});

it('removes the claim if the function rejects', async () => {
  await expect(withLock(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(readdirSync(folder)).toEqual([]);
});

it.skipIf(IS_WINDOWS)('gives no access to other users, under any umask', async () => {
  const before = process.umask(0);
  try {
    const modeOf = (file: string): number => statSync(file).mode & 0o777;
    const claimMode = await withLock(folder, async () => modeOf(join(folder, readdirSync(folder)[0] ?? '')));
    expect([modeOf(folder), claimMode]).toEqual([0o700, 0o600]);
  } finally {
    process.umask(before);
  }
});

it('rejects with config if the folder cannot be created', async () => {
  mkdirSync(join(root, 'data'));
  writeFileSync(folder, '');
  await expect(withLock(folder, () => Promise.resolve())).rejects.toMatchObject({
    kind: 'config',
    message: `the vault ${folder} cannot be locked (EEXIST); choose another path, or repair this one`,
    details: { code: 'vault-path' },
  });
});

it.skipIf(IS_WINDOWS)('rejects a symbolic link', async () => {
  const link = join(root, 'link');
  symlinkSync(root, link);
  await expect(withLock(link, () => Promise.resolve())).rejects.toMatchObject({
    kind: 'config',
    message: `${link} is a symbolic link; remove the link`,
    details: { code: 'vault-link' },
  });
});

it('renews the claim every 10 seconds until the function ends', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const interval = vi.spyOn(globalThis, 'setInterval');
  await withLock(folder, async () => {
    const claim = join(folder, readdirSync(folder)[0] ?? '');
    utimesSync(claim, 1, 1);
    vi.advanceTimersByTime(10_000);
    await expect.poll(() => statSync(claim).mtimeMs).toBeGreaterThan(1000);
  });
  expect(interval).toHaveBeenCalledExactlyOnceWith(expect.any(Function), 10_000);
  expect(vi.getTimerCount()).toBe(0);
});

describe('a claim of another process', () => {
  /** Takes the lock, and rejects if it would wait. */
  const tryLock = async (): Promise<readonly string[]> => {
    vi.spyOn(Date, 'now').mockReturnValue(NOW);
    vi.spyOn(Math, 'random').mockImplementation(() => {
      throw new LlmError('config', 'waits');
    });
    await withLock(folder, () => Promise.resolve());
    return readdirSync(folder);
  };

  it.each([
    ['of this machine that runs', `${process.ppid}.0b.${HOST}`, 0],
    ['of this machine that runs and was suspended', `${process.ppid}.0b.${HOST}`, 3_600_000],
    ['of another machine, renewed within a minute', `${NOBODY}.0b.elsewhere`, 59_000],
  ])('%s has the lock', async (_of, name, ageMs) => {
    claimed(name, ageMs);
    await expect(tryLock()).rejects.toThrow('waits');
    expect(readdirSync(folder)).toEqual([name]);
  });

  it.each([
    ['of this machine that has ended', `${NOBODY}.0b.${HOST}`, 0],
    ['of another machine, last renewed a minute ago', `${process.ppid}.0b.elsewhere`, 60_000],
  ])('%s is removed', async (_of, name, ageMs) => {
    claimed(name, ageMs);
    expect(await tryLock()).toEqual([]);
  });

  it.each([
    ['older than this process is removed', -1000, undefined],
    ['written by this process has the lock', 1000, 'waits'],
  ])('with the id of this process that is %s', async (_what, msAfterStart, problem) => {
    claimed(`${process.pid}.0b.${HOST}`, NOW - performance.timeOrigin - msAfterStart);
    if (problem === undefined) expect(await tryLock()).toEqual([]);
    else await expect(tryLock()).rejects.toThrow(problem);
  });

  it.each([
    ['belongs to another user', 'EPERM', 'waits'],
    ['does not exist', 'ESRCH', undefined],
  ])('whose process %s (%s) blocks the lock: %s', async (_of, code, problem) => {
    claimed(`${process.ppid}.0b.${HOST}`, 0);
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error(code), { code });
    });
    if (problem === undefined) expect(await tryLock()).toEqual([]);
    else await expect(tryLock()).rejects.toThrow(problem);
  });

  it.each([
    'other-file',
    `x${process.ppid}.0b.${HOST}`,
    `${process.ppid}.0b.${HOST}.x`,
    `${process.ppid}.0x.${HOST}`,
  ])('is not the file %j, which stays', async (name) => {
    claimed(name, 3_600_000);
    expect(await tryLock()).toEqual([name]);
  });

  it('is waited for during two minutes', async () => {
    const name = claimed(`${process.ppid}.0b.${HOST}`, 0);
    let waits = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => NOW + (waits === 0 ? 0 : 119_999 + waits));
    vi.spyOn(Math, 'random').mockImplementation(() => {
      waits++;
      return 0;
    });
    await expect(withLock(folder, () => Promise.resolve())).rejects.toMatchObject({
      kind: 'config',
      message: `${folder}: the lock was not free for two minutes, and ${name} holds it; end that process, or remove the folder if the process does not exist`,
      details: { code: 'vault-locked' },
    });
    expect(waits).toBe(2);
  });
});
