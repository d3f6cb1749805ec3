import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LlmError } from '@majordomo/core';
import { vaultPathError } from './vault-file.ts';

const POLL_MS = 15;
/** Interval at which the holder of the lock updates the modification time of its claim, in milliseconds. */
const RENEW_MS = 10_000;
/** Age in milliseconds above which a claim from another machine is treated as the claim of a dead process. */
const STALE_MS = 60_000;
/** Maximum time to wait for the lock, in milliseconds. The holder may be waiting for a token endpoint. */
const LONGEST_WAIT_MS = 120_000;
const HOST = hostname().replace(/[^\w-]/g, '_');
const CLAIM = /^(\d+)\.[0-9a-f]+\.([\w-]+)$/;

/**
 * Runs a function while no other process holds the lock in this folder. The holder has a claim: a file in the folder. A process
 * removes only its own claim and the claims of dead processes.
 */
export async function withLock<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const claim = join(folder, `${process.pid}.${randomBytes(8).toString('hex')}.${HOST}`);
  try {
    await acquire(folder, claim).catch((error: unknown) => {
      throw LlmError.is(error) ? error : vaultPathError(folder, 'cannot be locked', error);
    });
    const renewing = setInterval(() => {
      utimes(claim, new Date(), new Date()).catch(() => undefined);
    }, RENEW_MS);
    try {
      return await run();
    } finally {
      clearInterval(renewing);
    }
  } finally {
    await unlink(claim).catch(() => undefined);
  }
}

async function acquire(folder: string, claim: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await lstat(folder)).isDirectory())
    throw new LlmError('config', `${folder} is a symbolic link; remove the link`, { code: 'vault-link' });
  const began = Date.now();
  for (;;) {
    let holder = await holderIn(folder, claim);
    if (holder === undefined) {
      await writeFile(claim, '', { mode: 0o600 });
      // If two processes claim at the same time, at least one of them finds the other claim.
      holder = await holderIn(folder, claim);
      if (holder === undefined) return;
      await unlink(claim);
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
async function holderIn(folder: string, own: string): Promise<string | undefined> {
  for (const name of await readdir(folder)) {
    const [, pid, host] = CLAIM.exec(name) ?? [];
    const file = join(folder, name);
    if (pid === undefined || file === own) continue;
    // Ignore the age of a claim from this machine, because a suspended process cannot update it.
    const isAlive = host === HOST ? await exists(Number(pid), file) : (await ageOf(file)) < STALE_MS;
    if (isAlive) return name;
    await unlink(file).catch(() => undefined);
  }
  return undefined;
}

/** Returns the age of a claim in milliseconds, or `Infinity` if the claim no longer exists. */
const ageOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Infinity,
  );

async function exists(pid: number, file: string): Promise<boolean> {
  // After the restart of a container, this process may have the id of the process that left the claim.
  if (pid === process.pid) return (await ageOf(file)) <= Date.now() - performance.timeOrigin;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
