import { Refusal } from '../errors/refusal.ts';
import type { CallerFiles } from './caller-files.ts';

/** Limits of each owner of files. */
export class UploadQuota {
  /** End of the last upload of each owner that is being stored. */
  private readonly last = new Map<string, Promise<void>>();

  /** Returns the number of bytes that a caller may still store. Throws a refusal if the caller may store no further file. */
  async remaining(files: CallerFiles): Promise<number> {
    const { maxFiles, maxTotalBytes } = files.settings;
    const stored = await files.list();
    if (stored.length >= maxFiles) throw quotaRefusal(`may store at most ${maxFiles} files (maxFiles)`);
    const remaining = maxTotalBytes - stored.reduce((sum, { size }) => sum + size, 0);
    if (remaining <= 0) throw quotaRefusal(`may store at most ${maxTotalBytes} bytes (maxTotalBytes)`);
    return remaining;
  }

  /**
   * Checks the limits for a file whose content was received. Other files of the caller wait until the returned function is called,
   * because the store does not list this file yet.
   */
  async enter(size: number, files: CallerFiles): Promise<() => void> {
    const { owner } = files;
    const before = this.last.get(owner);
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.last.set(owner, ended);
    const leave = (): void => {
      end();
      if (this.last.get(owner) === ended) this.last.delete(owner);
    };
    try {
      await before;
      const remaining = await this.remaining(files);
      if (size > remaining) throw quotaRefusal(`may store ${remaining} more bytes (maxTotalBytes)`);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }
}

/** Returns the refusal of a caller that stores as much as the options of the gateway allow. */
export const quotaRefusal = (limit: string): Refusal =>
  new Refusal('over-limit', `the caller ${limit}; delete files, or wait for their end`, {
    code: 'storage_quota_exceeded',
  });
