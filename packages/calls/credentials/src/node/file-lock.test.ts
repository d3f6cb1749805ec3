import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LlmError } from '@majordomo/core';
import { testFolder } from '@majordomo/test-support';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withLock } from './file-lock.ts';
import { PROCESS_TIMES, type ProcessStart, type ProcessTimes } from './process-start.ts';

// Windows has no permissions in file modes, and symbolic links need a privilege.
const IS_WINDOWS = process.platform === 'win32';
const HOST = hostname().replace(/[^\w-]/g, '_');
const NOBODY = 99_999_999;
const HOUR_MS = 3_600_000;
/** Complete seconds, which every file system stores exactly. */
const NOW = 1_700_000_100_000;

let root: string;
let folder: string;

beforeEach(() => {
  root = testFolder();
  folder = join(root, 'data', 'vault.json.lock');
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
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
    expect.stringMatching(new RegExp(`^${process.pid}\\.[0-9a-f]{16}([0-9a-f]{16})?\\.${HOST}$`)),
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

it('fails the check of a holder whose claim another process has removed', async () => {
  const checks = withLock(folder, async ({ claim, check }) => {
    await check();
    rmSync(claim);
    await check();
  });
  await expect(checks).rejects.toMatchObject({
    kind: 'config',
    message: `${folder}: another process has taken over the lock while this process was suspended, so nothing was written; call update again`,
    details: { code: 'vault-lock-lost' },
  });
});

describe('a claim of another process', () => {
  /** Takes the lock, and rejects if it would wait. */
  const tryLock = async (times: ProcessTimes = PROCESS_TIMES): Promise<readonly string[]> => {
    vi.spyOn(Date, 'now').mockReturnValue(NOW);
    vi.spyOn(Math, 'random').mockImplementation(() => {
      throw new LlmError('config', 'waits');
    });
    await withLock(folder, () => Promise.resolve(), times);
    return readdirSync(folder);
  };

  /** Returns the name of a claim of a process of this machine, which contains the identity of the process, if it is given. */
  const claimOf = (pid: number, identity = ''): string => `${pid}.0123456789abcdef${identity}.${HOST}`;
  /** Returns a system that reports the same start for all processes, and whose boot was an hour ago. */
  const reporting = (start: ProcessStart | undefined): ProcessTimes => ({
    processStart: () => Promise.resolve(start),
    bootTime: () => NOW - HOUR_MS,
  });
  const IDENTITY = '00112233445566ff';
  const STARTED = { identity: IDENTITY, at: NOW - 60_000, hasEnded: false };

  it.each([
    ['of this machine that runs', claimOf(process.ppid, IDENTITY), 0, STARTED],
    ['of this machine that runs and was suspended', claimOf(process.ppid, IDENTITY), HOUR_MS, STARTED],
    [
      'of this machine without an identity, renewed after the start of its process',
      claimOf(process.ppid),
      59_000,
      STARTED,
    ],
    ['of this machine, renewed after the boot', claimOf(process.ppid), HOUR_MS - 1000, undefined],
    ['of this process', claimOf(process.pid, IDENTITY), 0, STARTED],
    ['of another machine, renewed within a minute', `${NOBODY}.0b.elsewhere`, 59_000, undefined],
  ])('%s has the lock', async (_of, name, ageMs, start) => {
    claimed(name, ageMs);
    await expect(tryLock(reporting(start))).rejects.toThrow('waits');
    expect(readdirSync(folder)).toEqual([name]);
  });

  it.each([
    ['of this machine that has ended', claimOf(NOBODY), 0, undefined],
    [
      'of this machine whose parent has not read its exit code',
      claimOf(process.ppid, IDENTITY),
      0,
      { ...STARTED, hasEnded: true },
    ],
    ['of this machine whose id another process has', claimOf(process.ppid, 'ffffffffffffffff'), 0, STARTED],
    [
      'of an earlier process with the id of this process',
      claimOf(process.pid, 'ffffffffffffffff'),
      0,
      STARTED,
    ],
    [
      'of this machine without an identity, renewed before the start of its process',
      claimOf(process.ppid),
      61_000,
      STARTED,
    ],
    ['of this machine, renewed before the boot', claimOf(process.ppid), HOUR_MS + 1000, undefined],
    ['of another machine, last renewed a minute ago', `${process.ppid}.0b.elsewhere`, 60_000, undefined],
  ])('%s is removed', async (_of, name, ageMs, start) => {
    claimed(name, ageMs);
    expect(await tryLock(reporting(start))).toEqual([]);
  });

  it.each([
    ['older than this process is removed', -1000, undefined],
    ['written by this process has the lock', 1000, 'waits'],
  ])(
    'with the id of this process, on a system that reports no start, that is %s',
    async (_what, msAfterStart, problem) => {
      const system = reporting(undefined);
      claimed(claimOf(process.pid), NOW - performance.timeOrigin - msAfterStart);
      if (problem === undefined) expect(await tryLock(system)).toEqual([]);
      else await expect(tryLock(system)).rejects.toThrow(problem);
    },
  );

  it.each([
    ['belongs to another user', 'EPERM', 'waits'],
    ['does not exist', 'ESRCH', undefined],
  ])('whose process %s (%s) blocks the lock: %s', async (_of, code, problem) => {
    claimed(`${process.ppid}.0b.${HOST}`, 0);
    vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error(code), { code });
    });
    const system = reporting(undefined);
    if (problem === undefined) expect(await tryLock(system)).toEqual([]);
    else await expect(tryLock(system)).rejects.toThrow(problem);
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
    await expect(withLock(folder, () => Promise.resolve(), reporting(undefined))).rejects.toMatchObject({
      kind: 'config',
      message: `${folder}: the lock was not free for two minutes, and ${name} holds it; end that process, or remove the folder if the process does not exist`,
      details: { code: 'vault-locked' },
    });
    expect(waits).toBe(2);
  });
});
