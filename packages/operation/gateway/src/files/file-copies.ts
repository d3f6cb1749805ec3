import { systemClock } from '@majordomo/core';
import { Refusal } from '../errors/refusal.ts';
import type { FilesSettings } from '../options.ts';
import { TemporaryFolder } from './temporary-folder.ts';

/** Time after the end of the last request that reads a copy, after which the copy is deleted, in milliseconds. */
const KEEP_MS = 300_000;

/** File whose content is copied. */
export interface CopiedFile {
  readonly owner: string;
  readonly id: string;
  /** Size in bytes. */
  readonly size: number;
  readonly mediaType: string;
}

interface Copy extends CopiedFile {
  /** Name of the temporary file. */
  readonly name: string;
  readonly blob: Promise<Blob>;
  /** Ends the copying. */
  readonly abort: () => void;
  isComplete: boolean;
  /** Number of requests that may read the copy. */
  users: number;
  /** Whether the file was deleted. */
  isDeleted: boolean;
  stopTimer: () => void;
}

/** Copy that a request may read until it calls `release`. Further calls of `release` have no effect. */
export interface UsedCopy {
  readonly blob: Promise<Blob>;
  readonly release: () => void;
}

/**
 * Temporary copies of files whose store returns streams, so that a file is read from the store once, and no large file is in memory.
 * Runtimes without a file system keep the copies in memory. The copies of an owner have the same limits as the stored files. A copy that
 * no request reads is deleted after `KEEP_MS`, together with its file, or when the owner needs space for another copy.
 */
export class FileCopies {
  /** Copies by owner and id, least recently used first. */
  private readonly copies = new Map<string, Copy>();
  private readonly folder = new TemporaryFolder();

  /**
   * Returns the copy of a file. Reads `content` if no copy exists, and otherwise cancels it. Throws a refusal if the copies that requests
   * of the owner read leave no space for it.
   */
  use(file: CopiedFile, content: ReadableStream<Uint8Array>, limits: FilesSettings): UsedCopy {
    const key = keyOf(file);
    const known = this.copies.get(key);
    if (known === undefined) this.makeSpace(file, limits);
    else content.cancel().catch(() => undefined);
    const copy = known ?? this.create(file, content);
    this.copies.delete(key);
    this.copies.set(key, copy);
    this.folder.touch();
    copy.stopTimer();
    copy.users++;
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      if (--copy.users === 0) this.onUnused(copy);
    };
    return { blob: copy.blob, release };
  }

  /** Deletes the copy of a deleted file, as soon as no request reads it. */
  onDeleted(file: Pick<CopiedFile, 'owner' | 'id'>): void {
    const copy = this.copies.get(keyOf(file));
    if (copy === undefined) return;
    copy.isDeleted = true;
    if (copy.users === 0) this.remove(copy);
  }

  private create(file: CopiedFile, content: ReadableStream<Uint8Array>): Copy {
    const ending = new AbortController();
    const name = crypto.randomUUID();
    // The transform passes all chunks unchanged. Its signal ends the copying.
    const chunks = content.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), {
      signal: ending.signal,
    });
    const copy: Copy = {
      ...file,
      name,
      blob: this.folder.write(name, chunks, file.mediaType),
      abort: () => {
        ending.abort();
      },
      isComplete: false,
      users: 0,
      isDeleted: false,
      stopTimer: () => undefined,
    };
    copy.blob.then(
      () => {
        copy.isComplete = true;
      },
      () => {
        this.remove(copy);
      },
    );
    return copy;
  }

  /** Deletes copies of the owner that no request reads, until the limits permit a copy of `file`. */
  private makeSpace({ owner, size }: CopiedFile, { maxFiles, maxTotalBytes }: FilesSettings): void {
    const copies = [...this.copies.values()].filter((copy) => copy.owner === owner);
    let bytes = copies.reduce((sum, copy) => sum + copy.size, size);
    let count = copies.length + 1;
    for (const copy of copies) {
      if (bytes <= maxTotalBytes && count <= maxFiles) return;
      if (copy.users > 0) continue;
      this.remove(copy);
      bytes -= copy.size;
      count--;
    }
    if (bytes > maxTotalBytes || count > maxFiles)
      throw new Refusal(
        'busy',
        `the files that requests of the caller read may have at most ${maxTotalBytes} bytes (maxTotalBytes); retry when a request has ended`,
      );
  }

  private onUnused(copy: Copy): void {
    if (copy.isDeleted || !copy.isComplete) {
      this.remove(copy);
      return;
    }
    const remove = (): void => {
      this.remove(copy);
    };
    copy.stopTimer = systemClock.timer(KEEP_MS, remove, { isBackground: true });
  }

  private remove(copy: Copy): void {
    copy.stopTimer();
    copy.abort();
    const key = keyOf(copy);
    if (this.copies.get(key) === copy) this.copies.delete(key);
    this.folder.remove(copy.name);
  }
}

const keyOf = ({ owner, id }: Pick<CopiedFile, 'owner' | 'id'>): string => JSON.stringify([owner, id]);
