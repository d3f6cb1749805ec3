import { openAsBlob } from 'node:fs';
import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Input of a batch, which is stored in a file instead of in memory. */
export class InputFile {
  private readonly path: string;
  private pending = '';

  /** @param name name of the batch, with which another process replaces the file of a crashed process */
  constructor(folder: string, name: string) {
    this.path = join(folder, `majordomo-batch-${name}.jsonl`);
  }

  add(text: string): void {
    this.pending += text;
  }

  /** Appends the added text to the file. */
  async flush(): Promise<void> {
    await appendFile(this.path, this.pending, { mode: 0o600 });
    this.pending = '';
  }

  /** Returns the complete input as a blob. The file is read when the blob is sent. */
  toBlob(): Promise<Blob> {
    return openAsBlob(this.path);
  }

  /** Deletes the file of this or a crashed process. Does nothing if no file exists. */
  remove(): Promise<void> {
    return rm(this.path, { force: true });
  }
}
