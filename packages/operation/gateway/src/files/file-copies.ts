import { systemClock } from '@majordomo/core';
import { TemporaryFolder } from './temporary-folder.ts';

/** Time after its last use at which a copy is deleted, in milliseconds. Calls that read the content must have ended before. */
const KEEP_MS = 3_600_000;

interface Copy {
  readonly name: string;
  readonly blob: Promise<Blob>;
  cancelRemoval: () => void;
}

/**
 * Temporary copies of files whose store returns streams, so that a file is read from the store once, and no large file is in memory.
 * Runtimes without a file system keep the copies in memory.
 */
export class FileCopies {
  private readonly copies = new Map<string, Copy>();
  private readonly folder = new TemporaryFolder();

  /** Returns the copy of the content with a key. Reads `content` if no copy exists, and otherwise cancels it. */
  async blobOf(key: string, content: ReadableStream<Uint8Array>, type: string): Promise<Blob> {
    const known = this.copies.get(key);
    if (known !== undefined) {
      this.keep(key, known);
      await content.cancel();
      return known.blob;
    }
    const name = crypto.randomUUID();
    const blob = this.folder.write(name, content, type);
    const copy: Copy = { name, blob, cancelRemoval: () => undefined };
    this.copies.set(key, copy);
    this.keep(key, copy);
    try {
      return await blob;
    } catch (error) {
      copy.cancelRemoval();
      this.copies.delete(key);
      throw error;
    }
  }

  /** Removes a copy later, instead of at the time that the previous use determined. */
  private keep(key: string, copy: Copy): void {
    copy.cancelRemoval();
    this.folder.touch();
    const remove = (): void => {
      this.copies.delete(key);
      this.folder.remove(copy.name);
    };
    copy.cancelRemoval = systemClock.timer(KEEP_MS, remove, true);
  }
}
