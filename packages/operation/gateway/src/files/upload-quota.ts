import { systemClock } from '@majordomo/core';
import type { StoredFile } from '@majordomo/files';
import { Refusal } from '../errors/refusal.ts';
import type { FilesSettings } from '../options.ts';
import { newFileId } from './file-id.ts';

/** Time for which stores keep the content of a deleted file, in milliseconds. */
const DELETED_MS = 600_000;

/** Stored files of an owner. */
interface OwnedFiles {
  readonly owner: string;
  readonly settings: FilesSettings;
  list(): Promise<readonly StoredFile[]>;
}

/** What an owner occupies in addition to the stored files. */
interface Held {
  readonly uploads: Set<Reservation>;
  /** Bytes of deleted files whose content the store may still keep. */
  deleted: number;
  /** Number of reservations that wait for their turn, or are being checked. */
  waiting: number;
  /** End of the last check. Checks wait for each other, because each of them reads the store. */
  last: Promise<unknown>;
}

/**
 * Limits of each owner of files. Bytes of an upload are reserved before they are received. Stored files count in all processes;
 * unfinished uploads and the content of deleted files count in the process that receives or deletes them.
 */
export class UploadQuota {
  private readonly owners = new Map<string, Held>();

  /**
   * Reserves the place of a file, with as many of `bytes` as the limits permit, and at least `least`. Throws a refusal if the caller may
   * not store the file.
   */
  async reserve(files: OwnedFiles, bytes: number, least = 1): Promise<Reservation> {
    const reservation = new Reservation(this, files);
    await reservation.resize(bytes, least);
    return reservation;
  }

  /** Checks the limits of an owner. Sets the bytes of a reservation, unless it was released in the meantime. */
  async grant(reservation: Reservation, files: OwnedFiles, bytes: number, least: number): Promise<void> {
    const held = this.heldOf(files.owner);
    const check = async (): Promise<void> => {
      const granted = Math.min(bytes, await available(files, held, reservation, least));
      if (reservation.isReleased) throw new Refusal('aborted', 'the upload has ended');
      reservation.bytes = granted;
      held.uploads.add(reservation);
    };
    held.waiting++;
    const turn = held.last.then(check);
    held.last = turn.catch(() => undefined);
    try {
      await turn;
    } finally {
      held.waiting--;
      this.forgetIfEmpty(files.owner);
    }
  }

  release(reservation: Reservation, { owner }: OwnedFiles): void {
    this.owners.get(owner)?.uploads.delete(reservation);
    this.forgetIfEmpty(owner);
  }

  /** Counts the content of a deleted file until the store has removed it, or until the returned function is called. */
  countDeleted(owner: string, size: number): () => void {
    const held = this.heldOf(owner);
    held.deleted += size;
    let isCounted = true;
    const end = (): void => {
      if (isCounted) held.deleted -= size;
      isCounted = false;
      this.forgetIfEmpty(owner);
    };
    systemClock.timer(DELETED_MS, end, true);
    return end;
  }

  private heldOf(owner: string): Held {
    const held = this.owners.get(owner) ?? {
      uploads: new Set(),
      deleted: 0,
      waiting: 0,
      last: Promise.resolve(),
    };
    this.owners.set(owner, held);
    return held;
  }

  private forgetIfEmpty(owner: string): void {
    const held = this.owners.get(owner);
    if (held?.uploads.size === 0 && held.deleted === 0 && held.waiting === 0) this.owners.delete(owner);
  }
}

/** Place of a file that is being uploaded. */
export class Reservation {
  readonly createdAt: number = systemClock.now();
  /** Id of the file. */
  readonly id: string = newFileId(this.createdAt);
  /** Number of reserved bytes. */
  bytes = 0;
  isReleased = false;
  private readonly quota: UploadQuota;
  private readonly files: OwnedFiles;

  constructor(quota: UploadQuota, files: OwnedFiles) {
    this.quota = quota;
    this.files = files;
  }

  /** Reserves as many of `bytes` as the limits permit, and at least `least`. Throws a refusal if the limits do not permit it. */
  resize(bytes: number, least: number): Promise<void> {
    return this.quota.grant(this, this.files, bytes, least);
  }

  /** Ends the reservation, because the file is stored or was removed. Further calls have no effect. */
  release(): void {
    this.isReleased = true;
    this.quota.release(this, this.files);
  }
}

/** Returns how many bytes a file may occupy. Throws a refusal if these are less than `least`. */
async function available(
  files: OwnedFiles,
  { uploads, deleted }: Held,
  reservation: Reservation,
  least: number,
): Promise<number> {
  const { maxFiles, maxTotalBytes } = files.settings;
  // An upload that ends while the list is read is in one of both, or in both with one id.
  const sizes = new Map(Array.from(uploads, ({ id, bytes }) => [id, bytes]));
  for (const { id, size } of await files.list()) sizes.set(id, size);
  sizes.delete(reservation.id);
  if (sizes.size >= maxFiles) throw quotaRefusal(`may store at most ${maxFiles} files (maxFiles)`);
  const remaining = maxTotalBytes - [...sizes.values()].reduce((sum, size) => sum + size, 0);
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
