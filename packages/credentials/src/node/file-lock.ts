import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LlmError } from '@majordomo/core';

const POLL_MS = 15;
/** Interval at which a holder renews the time of its claim. */
const RENEW_MS = 10_000;
/** Age at which a claim of another machine counts as one of a dead process. */
const STALE_MS = 60_000;
/** A holder may wait for a token endpoint. */
const LONGEST_WAIT_MS = 120_000;
const HOST = hostname().replace(/[^\w-]/g, '_');
const CLAIM = /^(\d+)\.[0-9a-f]+\.([\w-]+)$/;

/**
 * Runs alone among all processes that use this folder. A holder has one file in it, its claim. No process removes the claim of
 * a live one, so that a claim of a dead process can be removed at any time.
 */
export async function withLock<T>(folder: string, run: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await lstat(folder)).isDirectory())
    throw new LlmError('config', `${folder} is not a folder; remove the link`, { code: 'vault-link' });
  const claim = join(folder, `${process.pid}.${randomBytes(8).toString('hex')}.${HOST}`);
  try {
    await acquire(folder, claim);
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
  const began = Date.now();
  for (;;) {
    let holder = await holderIn(folder, claim);
    if (holder === undefined) {
      await writeFile(claim, '', { flag: 'wx', mode: 0o600 });
      // Of two processes that claim together, at least the one that looks last sees the other.
      holder = await holderIn(folder, claim);
      if (holder === undefined) return;
      await unlink(claim);
    }
    if (Date.now() - began > LONGEST_WAIT_MS)
      throw new LlmError(
        'config',
        `${folder} has been locked for two minutes by ${holder}; end that process, or remove the folder if it does not exist`,
        { code: 'vault-locked' },
      );
    // A random time separates two processes that saw each other.
    await sleep(POLL_MS * (0.5 + Math.random()));
  }
}

/** Returns the claim of another live holder, and removes those of dead ones. */
async function holderIn(folder: string, own: string): Promise<string | undefined> {
  for (const name of await readdir(folder)) {
    const [, pid, host] = CLAIM.exec(name) ?? [];
    const file = join(folder, name);
    if (pid === undefined || file === own) continue;
    // Processes of this machine may have been suspended, so that the age means nothing.
    const isAlive = host === HOST ? exists(Number(pid)) : (await ageOf(file)) < STALE_MS;
    if (isAlive) return name;
    await unlink(file).catch(() => undefined);
  }
  return undefined;
}

/** Returns `Infinity` for a claim that was just released. */
const ageOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Infinity,
  );

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user exists.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
