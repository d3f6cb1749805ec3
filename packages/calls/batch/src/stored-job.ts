import { LlmError, type JsonObject } from '@majordomo/core';
import type { Setup } from './setup.ts';
import { FORMAT, type JobRecord, type Move } from './record.ts';

/** Time for which a lock is valid without a renewal, in milliseconds. */
const LEASE_MS = 30_000;
const RENEW_MS = 10_000;

/** Stored record and its version. */
export interface LoadedRecord {
  readonly record: JobRecord;
  readonly version: number;
}

/** Returns the record of a job. Throws `config` for a record in a newer format. */
export async function loadRecord(key: string, { store }: Setup): Promise<LoadedRecord | undefined> {
  const stored = await store.load(key);
  if (stored === undefined) return undefined;
  const record = stored.job as unknown as JobRecord;
  const why = `job "${key}" was stored by a newer version of @majordomo/batch; update the package`;
  if (record.format > FORMAT) throw new LlmError('config', why);
  return { record, version: stored.version };
}

/** Returns the record of a job. Throws `not-found` if the job does not exist. */
export async function requireRecord(key: string, setup: Setup): Promise<LoadedRecord> {
  const stored = await loadRecord(key, setup);
  if (stored === undefined) throw new LlmError('not-found', `the store has no job "${key}"`, { path: 'key' });
  return stored;
}

/** Saves the record of a job. Returns false if another version is stored, or if another process has had the lock since `fence`. */
export const saveRecord = (
  key: string,
  record: JobRecord,
  version: number,
  { store }: Setup,
  fence?: number,
): Promise<boolean> => store.save(key, record as unknown as JsonObject, version, fence);

/** Lock that a process has acquired. */
interface Lock {
  readonly holder: string;
  readonly fence: number;
  readonly lockedAt: number;
}

/** Error of a process that has lost the lock of the job to another process. */
export class LockLost extends Error {}

/**
 * Record of a job whose lock this process holds. The process may be stopped for longer than its lease at any `await`, so every
 * change contains the fencing number of the lock, and the store refuses a change with the number of an earlier holder.
 */
export class LockedJob {
  readonly key: string;
  readonly record: JobRecord;
  /** Fencing number of the lock. Files and uploads of this process contain it in their names. */
  readonly fence: number;
  private version: number;
  private readonly setup: Setup;
  private readonly holder: string;
  private renewedAt: number;
  private hasLostLock = false;
  private stopTimer: (() => void) | undefined;

  private constructor(key: string, loaded: LoadedRecord, setup: Setup, lock: Lock) {
    this.key = key;
    this.record = loaded.record;
    this.version = loaded.version;
    this.setup = setup;
    this.holder = lock.holder;
    this.fence = lock.fence;
    this.renewedAt = lock.lockedAt;
    this.renewLater();
  }

  /** Locks and loads a job. Returns `undefined` if another holder has the lock, or if the job does not exist. */
  static async lock(key: string, setup: Setup): Promise<LockedJob | undefined> {
    const holder = crypto.randomUUID();
    const lockedAt = setup.clock.now();
    const fence = await setup.store.lock(key, holder, LEASE_MS);
    if (fence === undefined) return undefined;
    try {
      return new LockedJob(key, await requireRecord(key, setup), setup, { holder, fence, lockedAt });
    } catch (error) {
      await setup.store.unlock(key, holder).catch(() => undefined);
      throw error;
    }
  }

  /** Releases the lock. Ignores an error of the store, because the lock expires. */
  async unlock(): Promise<void> {
    this.stopTimer?.();
    await this.setup.store.unlock(this.key, this.holder).catch(() => undefined);
  }

  /** Saves the record. Merges a concurrent `cancel`, which needs no lock. Throws `LockLost` after any other concurrent change. */
  async save(): Promise<void> {
    const { key, record, setup, fence } = this;
    await this.checkLock();
    while (!(await saveRecord(key, record, this.version, setup, fence))) {
      const other = await requireRecord(key, setup);
      const isCancellation = other.version === this.version + 1 && other.record.isCancelled === true;
      if (!isCancellation || record.isCancelled === true) throw new LockLost();
      record.isCancelled = true;
      this.version = other.version;
      await this.renew();
    }
    this.version++;
  }

  /** Moves rows. Throws `LockLost` if another process has had the lock since this process acquired it. */
  async move(moves: readonly Move[]): Promise<void> {
    await this.checkLock();
    if (moves.length === 0) return;
    if (!(await this.setup.store.move(this.key, moves, this.fence))) throw new LockLost();
  }

  /**
   * Renews the lock if necessary. Throws `LockLost` if another process has had it. Call this before each change outside the store,
   * such as a write to a file.
   */
  async checkLock(): Promise<void> {
    if (this.hasLostLock) throw new LockLost();
    if (this.setup.clock.now() - this.renewedAt >= RENEW_MS) await this.renew();
  }

  /** Returns whether another process has had the lock. If the store fails, returns false. */
  isLost(): Promise<boolean> {
    return this.renew().then(
      () => false,
      (error: unknown) => error instanceof LockLost,
    );
  }

  private async renew(): Promise<void> {
    if (this.hasLostLock) throw new LockLost();
    const now = this.setup.clock.now();
    const fence = await this.setup.store.lock(this.key, this.holder, LEASE_MS);
    if (fence === this.fence) {
      this.renewedAt = now;
      return;
    }
    this.hasLostLock = true;
    // Another number means that another process has released the lock, and that this call has locked the job again. This process
    // can no longer change the job, so it must not keep other processes from it.
    await this.unlock();
    throw new LockLost();
  }

  /** Schedules a renewal of the lock, because no other code calls the store during long requests. */
  private renewLater(): void {
    this.stopTimer = this.setup.clock.timer(
      RENEW_MS,
      () => {
        this.renewLater();
        // Ignore the error, because `checkLock` repeats a failed renewal.
        this.renew().catch(() => undefined);
      },
      true,
    );
  }
}
