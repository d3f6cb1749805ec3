import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LlmError } from '@majordomo/core';
import { PROCESS_TIMES, type ProcessTimes } from './process-start.ts';
import { lockLostError, vaultPathError } from './vault-file.ts';

const POLL_MS = 15;
/** Interval at which the holder of the lock updates the modification time of its claim, in milliseconds. */
const RENEW_MS = 10_000;
/** Age in milliseconds above which a claim from another machine is treated as the claim of a dead process. */
const STALE_MS = 60_000;
/** Maximum time to wait for the lock, in milliseconds. The holder may be waiting for a token endpoint. */
const LONGEST_WAIT_MS = 120_000;
const HOST = hostname().replace(/[^\w-]/g, '_');
/** Name of a claim: process id, 16 random digits and the identity of the process if it is known, and machine. */
const CLAIM = /^(\d+)\.([0-9a-f]+)\.([\w-]+)$/;
const RANDOM_BYTES = 8;

/** Lock that `withLock` holds. */
export interface Lock {
  /**
   * File that represents the lock. A process that takes over the lock removes it. To write only with the lock, write the content to
   * this file and rename it, which also ends the lock.
   */
  readonly claim: string;
  /** Rejects with `config` if another process has taken over the lock. */
  check(): Promise<void>;
}

/**
 * Runs a function while no other process holds the lock in this folder. The holder has a claim: a file in the folder. A process
 * removes only its own claim and the claims of dead processes. A process on another machine that was suspended for longer than a
 * minute counts as dead, so the function must use the lock for its writes.
 */
export async function withLock<T>(
  folder: string,
  run: (lock: Lock) => Promise<T>,
  times: ProcessTimes = PROCESS_TIMES,
): Promise<T> {
  const { identity = '' } = (await times.processStart(process.pid)) ?? {};
  const unique = randomBytes(RANDOM_BYTES).toString('hex');
  const claim = join(folder, `${process.pid}.${unique}${identity}.${HOST}`);
  const check = async (): Promise<void> => {
    await stat(claim).catch(() => {
      throw lockLostError(folder);
    });
  };
  try {
    await acquire(folder, claim, times).catch((error: unknown) => {
      throw LlmError.is(error) ? error : vaultPathError(folder, 'cannot be locked', error);
    });
    const renewing = setInterval(() => {
      utimes(claim, new Date(), new Date()).catch(() => undefined);
    }, RENEW_MS);
    try {
      return await run({ claim, check });
    } finally {
      clearInterval(renewing);
    }
  } finally {
    await unlink(claim).catch(() => undefined);
  }
}

async function acquire(folder: string, claim: string, times: ProcessTimes): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await lstat(folder)).isDirectory())
    throw new LlmError('config', `${folder} is a symbolic link; remove the link`, { code: 'vault-link' });
  const began = Date.now();
  for (;;) {
    let holder = await holderIn(folder, claim, times);
    if (holder === undefined) {
      await writeFile(claim, '', { mode: 0o600 });
      // If two processes claim at the same time, at least one of them finds the other claim.
      holder = await holderIn(folder, claim, times);
      if (holder === undefined) return;
      // A process that takes over the lock may have removed the claim.
      await unlink(claim).catch(() => undefined);
    }
    if (Date.now() - began > LONGEST_WAIT_MS)
      throw new LlmError(
        'config',
        `${folder}: the lock was not free for two minutes, and ${holder} holds it; end that process, or remove the folder if the process does not exist`,
        { code: 'vault-locked' },
      );
    // Wait for a random time, so that two processes with simultaneous claims do not retry at the same time.
    await sleep(POLL_MS * (0.5 + Math.random()));
  }
}

/** Returns the claim of another live process; `undefined` if none exists. Removes claims of dead processes. */
async function holderIn(folder: string, own: string, times: ProcessTimes): Promise<string | undefined> {
  for (const name of await readdir(folder)) {
    const [, pid, digits = '', host] = CLAIM.exec(name) ?? [];
    const file = join(folder, name);
    if (pid === undefined || file === own) continue;
    const identity = digits.slice(RANDOM_BYTES * 2);
    const isAlive =
      host === HOST
        ? await isRunning(Number(pid), identity, file, times)
        : (await renewalOf(file)) > Date.now() - STALE_MS;
    if (isAlive) return name;
    await unlink(file).catch(() => undefined);
  }
  return undefined;
}

/** Returns the time of the last renewal of a claim in epoch milliseconds, or 0 if the claim no longer exists. */
const renewalOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );

/**
 * Whether the process that left a claim on this machine still runs. Ignores the age of the claim, because a suspended process
 * cannot renew it. After a reboot or the restart of a container, another process may have the same id.
 */
async function isRunning(
  pid: number,
  identity: string,
  claim: string,
  times: ProcessTimes,
): Promise<boolean> {
  if (!exists(pid)) return false;
  const start = await times.processStart(pid);
  if (start?.hasEnded === true) return false;
  if (start !== undefined && identity !== '') return start.identity === identity;
  // The process that left the claim renewed it after its own start, and after the boot.
  const since = start?.at ?? (pid === process.pid ? performance.timeOrigin : times.bootTime());
  return (await renewalOf(claim)) >= since;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
