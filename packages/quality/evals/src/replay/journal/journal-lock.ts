import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { LlmError } from '@majordomo/core';
import { isRecord, tryParseJson } from '@majordomo/core/toolkit';
import { fileError, hasCode } from '../../files.ts';

/** Time after which a lock without a heartbeat is taken over, and the interval of heartbeats, in milliseconds. */
const STALE_MS = 120_000;
const HEARTBEAT_MS = 20_000;

/** Lock of an experiment, so that two processes do not send the same calls. */
export interface JournalLock {
  release(): Promise<void>;
}

/**
 * Acquires the lock file. Takes over the lock of a process of this machine that has ended, and a lock without a heartbeat. Rejects
 * with `config` if another process runs the experiment.
 */
export async function acquireLock(file: string): Promise<JournalLock> {
  const content = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  if (!(await create(file, content))) {
    await removeStale(file);
    if (!(await create(file, content))) throw inUse(file);
  }
  const timer = setInterval(() => {
    const now = new Date();
    // A heartbeat that fails once is repeated long before the lock is stale.
    utimes(file, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      const stored = await readFile(file, 'utf8').catch(() => undefined);
      if (stored === content) await rm(file, { force: true });
    },
  };
}

/** Creates the lock file. Returns `false` if it exists. */
async function create(file: string, content: string): Promise<boolean> {
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if (hasCode(error, 'EEXIST')) return undefined;
    throw error;
  });
  if (handle === undefined) return false;
  try {
    await handle.writeFile(content);
  } finally {
    await handle.close();
  }
  return true;
}

/** Removes the lock file if its process has ended. Rejects with `config` otherwise. */
async function removeStale(file: string): Promise<void> {
  const stored = await readFile(file, 'utf8').catch(() => undefined);
  if (stored === undefined) return;
  if (!(await isStale(file, stored))) throw inUse(file);
  const moved = `${file}.${randomUUID()}`;
  await rename(file, moved).catch(() => undefined);
  const found = await readFile(moved, 'utf8').catch(() => undefined);
  // Another process may have taken over the lock since it was read. Its lock is put back.
  if (found !== undefined && found !== stored) await link(moved, file).catch(() => undefined);
  await rm(moved, { force: true });
}

async function isStale(file: string, stored: string): Promise<boolean> {
  const holder = tryParseJson(stored);
  if (isRecord(holder) && holder['host'] === hostname() && typeof holder['pid'] === 'number')
    return !isRunning(holder['pid']);
  const { mtimeMs } = await stat(file);
  return Date.now() - mtimeMs > STALE_MS;
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

const inUse = (file: string): LlmError =>
  fileError(
    file,
    'another process runs this experiment; wait until it has ended, or use another name for another experiment',
  );
