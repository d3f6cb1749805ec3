import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { LlmError } from '@majordomo/core';
import { isRecord, tryParseJson } from '@majordomo/core/toolkit';
import { fileError, hasCode } from '@majordomo/evals/internal';

/** Time after which a lock without a heartbeat is taken over, and the interval of heartbeats, in milliseconds. */
const STALE_MS = 120_000;
const HEARTBEAT_MS = 20_000;
/** Time since the last heartbeat after which a process reads the lock file before it writes. */
const LATE_MS = 2 * HEARTBEAT_MS;

const LOST =
  'another process has continued this experiment, because this process was suspended for more than 2 minutes; wait until the other process has ended, and run again';

/** Lock of an experiment, so that two processes do not send the same calls. */
export interface JournalLock {
  /**
   * Rejects with `config` if another process has taken over the lock, because this process was suspended. Reads the lock file only if
   * the last heartbeat is late.
   */
  confirm(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Acquires the lock file. Takes over the lock of a process of this machine that has ended, and a lock without a heartbeat for 2 minutes.
 * Rejects with `config` if another process runs the experiment.
 */
export async function acquireLock(file: string): Promise<JournalLock> {
  const content = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  if (!(await create(file, content))) {
    await removeStale(file);
    if (!(await create(file, content))) throw inUse(file);
  }
  let confirmed = Date.now();
  const confirm = async (): Promise<void> => {
    const stored = await readFile(file, 'utf8').catch(() => undefined);
    if (stored !== content) throw fileError(file, LOST);
    const now = new Date();
    // A heartbeat that fails once is repeated long before the lock is stale.
    await utimes(file, now, now).catch(() => undefined);
    confirmed = now.getTime();
  };
  // A lost lock is reported by the next write.
  const timer = setInterval(() => void confirm().catch(() => undefined), HEARTBEAT_MS);
  timer.unref();
  return {
    async confirm() {
      // The difference is negative if the clock was set back.
      if (Math.abs(Date.now() - confirmed) >= LATE_MS) await confirm();
    },
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
  } catch (error) {
    // An empty lock file would block other runs for 2 minutes.
    await rm(file, { force: true });
    throw error;
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
  const isOfThisHost = isRecord(holder) && holder['host'] === hostname();
  if (isOfThisHost && typeof holder['pid'] === 'number' && !isRunning(holder['pid'])) return true;
  // A running process may have the id of one that has ended, as in a restarted container.
  const { mtimeMs } = await stat(file);
  return Date.now() - mtimeMs > STALE_MS;
}

function isRunning(pid: number): boolean {
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
    'another process runs this experiment; wait until it has ended, or for 2 minutes if it was killed, or use another name for another experiment',
  );
