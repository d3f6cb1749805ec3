import { LlmError, systemClock } from '@majordomo/core';
import { sha256 } from '@majordomo/core/toolkit';
import type { StoredFile } from '@majordomo/files';
import {
  allRecords,
  hold,
  layoutOf,
  type Hold,
  type RecordChange,
  type RecordStore,
  type StoredRecord,
} from '@majordomo/records';
import { Refusal } from '../errors/refusal.ts';
import type { FilesSettings } from '../options.ts';
import { newFileId } from './file-id.ts';

const SPACE = 'files';
/**
 * Labels of records. An upload is held by its process, and due if the process has ended. A stored file is due at its end. Both become
 * deleted files, whose content no upload can store any more. The content of a stored file is due 10 minutes later, because running
 * calls may read it.
 */
const LABELS = { usage: 'usage', uploading: 'uploading', stored: 'stored', deleted: 'deleted' } as const;
/** Time after which an unfinished upload belongs to a process that has ended, in milliseconds. */
const LEASE_MS = 60_000;
/** Time for which the content of a deleted or expired file stays readable, in milliseconds. */
const DELETED_MS = 600_000;
/** Number of due files that an upload ends. */
const MAX_SWEPT = 100;

interface Entry {
  /** Reserved bytes of an upload, or the size of the file. */
  readonly bytes: number;
  readonly file?: StoredFile | undefined;
}

/** Amounts that an owner occupies. They change in the same write as the files, in all processes. */
interface Usage {
  /** Number of files and unfinished uploads. */
  readonly files: number;
  readonly bytes: number;
  /** Bytes of deleted files whose content is not removed yet. */
  readonly deleted: number;
}

/** Formats of the records: their names in errors, and their versions. */
const ENTRY = layoutOf<Entry>('the file', 1);
const USAGE = layoutOf<Usage>('the files of the caller', 1);
const NOTHING: Usage = { files: 0, bytes: 0, deleted: 0 };

type Limits = Pick<FilesSettings, 'records' | 'store' | 'maxFiles' | 'maxTotalBytes'>;

/** Facts about the files of all owners, and their limits. The content is in the store of the application, under the id of the file. */
export class FileIndex {
  private readonly records: RecordStore;
  private readonly limits: Limits;

  constructor(limits: Limits) {
    this.records = limits.records;
    this.limits = limits;
  }

  async get(owner: string, id: string): Promise<StoredFile | undefined> {
    const record = await this.records.get(SPACE, `${await hashOf(owner)}/${id}`);
    return record?.label === LABELS.stored ? ENTRY.read(id, record.value).file : undefined;
  }

  /** Returns all files of an owner, oldest first. */
  async list(owner: string): Promise<readonly StoredFile[]> {
    const query = { label: LABELS.stored, prefix: `${await hashOf(owner)}/` };
    const files: StoredFile[] = [];
    for await (const { key, value } of allRecords(this.records, SPACE, query)) {
      const { file } = ENTRY.read(key, value);
      if (file !== undefined) files.push(file);
    }
    return files;
  }

  /** Deletes a file, whose content is removed 10 minutes later. Ignores a file that does not exist. */
  async delete(owner: string, id: string): Promise<void> {
    const key = `${await hashOf(owner)}/${id}`;
    for (;;) {
      const record = await this.records.get(SPACE, key);
      if (record?.label !== LABELS.stored) return;
      if (await this.end(record)) break;
    }
    // If this fails, a later upload ends the file.
    const sweep = (): void => void this.sweep().catch(() => undefined);
    systemClock.timer(DELETED_MS + 1000, sweep, { isBackground: true });
  }

  /** Throws a refusal if the owner may not store a file of this size now. */
  async check(owner: string, bytes: number): Promise<void> {
    await this.sweep();
    available((await this.usageOf(await hashOf(owner))).usage, this.limits, bytes);
  }

  /**
   * Reserves the place of a file, with as many of `bytes` as the limits permit, and at least `least`. Throws a refusal if the caller may
   * not store the file.
   */
  async reserve(owner: string, bytes: number, least = 1): Promise<Reservation> {
    await this.sweep();
    const createdAt = systemClock.now();
    const id = newFileId(createdAt);
    const hash = await hashOf(owner);
    const initial = { value: ENTRY.write({ bytes: 0 }), label: LABELS.uploading };
    const result = await hold(this.records, SPACE, `${hash}/${id}`, LEASE_MS, { known: null, initial });
    // The id is random, so no record has its key.
    if (result.state !== 'held') throw new TypeError('a new file is held');
    const reservation = new Reservation(this, this.limits, { hash, id, createdAt }, result.hold);
    try {
      await reservation.resize(bytes, least);
    } catch (error) {
      await reservation.release();
      throw error;
    }
    return reservation;
  }

  /** Ends files that are due: expired files, deleted content, and uploads of processes that have ended. */
  private async sweep(): Promise<void> {
    const due = await this.records.list(SPACE, { order: 'due', limit: MAX_SWEPT });
    for (const record of due) {
      // Records come in the order in which they are due, so no further one is due.
      if ((record.dueMs ?? 0) > 0) return;
      try {
        await (record.label === LABELS.deleted ? this.removeContent(record) : this.end(record));
      } catch {
        // A file that cannot be ended now is ended later, so that it delays neither this upload nor other files.
        const { key, version } = record;
        await this.records.write(SPACE, [{ type: 'touch', key, version, dueMs: LEASE_MS }]);
      }
    }
  }

  /** Makes a deleted file of a stored file or an upload. Returns false if the record has changed. */
  private end(record: StoredRecord): Promise<boolean> {
    const { key, value, version, label } = record;
    const { bytes } = ENTRY.read(key, value);
    const isStored = label === LABELS.stored;
    // An upload without reserved bytes does not count yet, and has no content.
    if (!isStored && bytes === 0) return this.change(record, { type: 'remove', key, version });
    const dueMs = isStored ? DELETED_MS : 0;
    const put = { type: 'put', key, version, value, label: LABELS.deleted, dueMs } as const;
    return this.change(record, put, (usage) => ({
      files: usage.files - 1,
      bytes: usage.bytes - bytes,
      deleted: usage.deleted + bytes,
    }));
  }

  private async removeContent(record: StoredRecord): Promise<void> {
    const { key, value, version } = record;
    const { bytes } = ENTRY.read(key, value);
    await this.limits.store.delete(idOf(key));
    await this.change(record, { type: 'remove', key, version }, (usage) => ({
      ...usage,
      deleted: usage.deleted - bytes,
    }));
  }

  /** Changes a record and the usage of its owner. Returns false if the record has changed. */
  private async change(
    { key, version }: StoredRecord,
    change: RecordChange,
    next: (usage: Usage) => Usage = (usage) => usage,
  ): Promise<boolean> {
    const hash = hashIn(key);
    for (;;) {
      const stored = await this.usageOf(hash);
      const changes = [change, usageChange(hash, stored.version, next(stored.usage))];
      // Makes both changes or none. If the record has its version still, another upload of the owner has changed the usage.
      if ((await this.records.write(SPACE, changes)) !== undefined) return true;
      if ((await this.records.get(SPACE, key))?.version !== version) return false;
    }
  }

  async usageOf(hash: string): Promise<{ readonly usage: Usage; readonly version: number }> {
    const record = await this.records.get(SPACE, hash);
    if (record === undefined) return { usage: NOTHING, version: 0 };
    return { usage: USAGE.read(hash, record.value), version: record.version };
  }

  /** Whether an upload has ended, although its process does not know it. */
  async isStored(key: string): Promise<boolean> {
    return (await this.records.get(SPACE, key))?.label === LABELS.stored;
  }
}

/** Place of a file that is being uploaded. */
export class Reservation {
  readonly createdAt: number;
  /** Id of the file. */
  readonly id: string;
  private readonly index: FileIndex;
  private readonly limits: Limits;
  private readonly hash: string;
  private readonly lease: Hold;
  private isEnded = false;

  constructor(
    index: FileIndex,
    limits: Limits,
    { hash, id, createdAt }: { readonly hash: string; readonly id: string; readonly createdAt: number },
    lease: Hold,
  ) {
    this.index = index;
    this.limits = limits;
    this.hash = hash;
    this.id = id;
    this.createdAt = createdAt;
    this.lease = lease;
  }

  /** Number of reserved bytes. */
  get bytes(): number {
    const { key, value } = this.lease.record;
    return ENTRY.read(key, value).bytes;
  }

  /** Aborts if another process has ended the upload. */
  get signal(): AbortSignal {
    return this.lease.signal;
  }

  /** Reserves as many of `bytes` as the limits permit, and at least `least`. Throws a refusal if the limits do not permit it. */
  async resize(bytes: number, least: number): Promise<void> {
    if (this.isEnded) throw new Refusal('aborted', 'the upload has ended');
    await this.change((usage) => {
      // An upload of an empty file counts as well.
      const others = this.without(usage);
      const granted = Math.max(1, Math.min(bytes, available(others, this.limits, least)));
      const value = ENTRY.write({ bytes: granted });
      const next = { ...others, files: others.files + 1, bytes: others.bytes + granted };
      return [next, (change) => this.lease.save({ value, label: LABELS.uploading }, [change])];
    });
  }

  /** Ends the upload, so that the file exists. Rejects with the error of the store, unless only its reply was lost. */
  async finish(file: StoredFile): Promise<void> {
    const value = ENTRY.write({ bytes: file.size, file });
    try {
      await this.change((usage) => {
        const others = this.without(usage);
        const next = { ...others, files: others.files + 1, bytes: others.bytes + file.size };
        const dueMs = file.expiresAt - systemClock.now();
        return [next, (change) => this.lease.release({ value, label: LABELS.stored, dueMs }, [change])];
      });
    } catch (error) {
      // Clients repeat an upload that has failed, which would store the file twice.
      if (!(await this.isFinished().catch(() => false))) throw error;
    }
    this.isEnded = true;
  }

  /** Removes an upload that has not ended, and its content. Further calls have no effect. If it fails, a later upload removes it. */
  async release(): Promise<void> {
    if (this.isEnded) return;
    this.isEnded = true;
    try {
      if (await this.isFinished()) return;
      await this.limits.store.delete(this.id);
      await this.change((usage) => [this.without(usage), (change) => this.lease.remove([change])]);
    } catch {
      await this.lease.release({ dueMs: 0 }).catch(() => undefined);
    }
  }

  /**
   * Whether the file is stored. The last change may have been made although the store has failed. After a successful renewal, the store
   * cannot make it any more.
   */
  private async isFinished(): Promise<boolean> {
    await this.lease.renew().catch((error: unknown) => {
      if (!LlmError.is(error, 'denied')) throw error;
    });
    return this.index.isStored(this.lease.record.key);
  }

  /** Returns the usage without this upload, which counts as soon as it has reserved bytes. */
  private without(usage: Usage): Usage {
    const { bytes } = this;
    return bytes === 0 ? usage : { ...usage, files: usage.files - 1, bytes: usage.bytes - bytes };
  }

  /**
   * Makes a change of the record and the usage, again if another upload of the owner has changed the usage. Rejects if the lease is
   * lost.
   */
  private async change(
    next: (usage: Usage) => readonly [Usage, (change: RecordChange) => Promise<boolean>],
  ): Promise<void> {
    for (;;) {
      const { usage, version } = await this.index.usageOf(this.hash);
      const [changed, make] = next(usage);
      if (await make(usageChange(this.hash, version, changed))) return;
    }
  }
}

/** Returns the change that stores a usage. Without files, it is the removal of the record, or a check that none exists. */
function usageChange(hash: string, version: number, usage: Usage): RecordChange {
  const isEmpty = usage.files === 0 && usage.bytes === 0 && usage.deleted === 0;
  if (isEmpty) return { type: version > 0 ? 'remove' : 'check', key: hash, version };
  return { type: 'put', key: hash, version, label: LABELS.usage, value: USAGE.write(usage) };
}

/** Returns how many bytes a file may occupy. Throws a refusal if these are less than `least`. */
function available(usage: Usage, { maxFiles, maxTotalBytes }: Limits, least: number): number {
  const { files, bytes, deleted } = usage;
  if (files >= maxFiles) throw quotaRefusal(`may store at most ${maxFiles} files (maxFiles)`);
  const remaining = maxTotalBytes - bytes;
  if (remaining < least) throw quotaRefusal(`may store ${Math.max(0, remaining)} more bytes (maxTotalBytes)`);
  // The content of deleted files has its own limit of the same size, so that a caller can replace all files at once.
  const beforeRemoval = remaining + maxTotalBytes - deleted;
  if (beforeRemoval < least)
    throw quotaRefusal(
      `has deleted ${deleted} bytes, whose content is not removed yet (maxTotalBytes)`,
      `retry in ${DELETED_MS / 60_000} minutes`,
    );
  return Math.min(remaining, beforeRemoval);
}

/** Returns the refusal of a caller that stores as much as the options of the gateway allow. */
const quotaRefusal = (limit: string, remedy = 'delete files, or wait for their end'): Refusal =>
  new Refusal('over-limit', `the caller ${limit}; ${remedy}`, { code: 'storage_quota_exceeded' });

/** Returns the start of the keys of an owner, which may be longer than a key: the SHA-256 as hexadecimal digits. */
const hashOf = (owner: string): Promise<string> => sha256(new TextEncoder().encode(owner));

const hashIn = (key: string): string => key.slice(0, key.indexOf('/'));
const idOf = (key: string): string => key.slice(key.indexOf('/') + 1);
